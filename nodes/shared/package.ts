/** Its name, behind which Node-RED keeps catalogues and routes. */
export const PACKAGE = "@tts-flows/node-red-the-things-stack";
