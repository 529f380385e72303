import { defineConfig } from "vitepress";

const REPOSITORY = "https://github.com/tts-flows/node-red-the-things-stack";

export default defineConfig({
  title: "The Things Stack nodes",
  description: "LoRaWAN in Node-RED: uplinks, tracked downlinks, and an explanation when something is wrong",
  base: "/node-red-the-things-stack/",
  cleanUrls: true,
  lastUpdated: true,
  themeConfig: {
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/docs/:path` },
    sidebar: [
      {
        text: "Begin",
        items: [
          { text: "The first uplink", link: "/first-uplink" },
          { text: "Sending to a device", link: "/downlinks" },
          { text: "Watching devices and gateways", link: "/watching" },
          { text: "When something is wrong", link: "/when-something-is-wrong" },
        ],
      },
      {
        text: "Where the data goes",
        items: [
          { text: "Dashboards and maps", link: "/dashboards" },
          { text: "Databases and files", link: "/databases" },
          { text: "Home Assistant", link: "/home-assistant" },
        ],
      },
      {
        text: "Set-up",
        items: [
          { text: "Running it", link: "/running" },
          { text: "Pub/Sub", link: "/pubsub" },
          { text: "From core MQTT nodes", link: "/from-core-mqtt" },
          { text: "From node-red-contrib-ttn", link: "/migrating-from-ttn-v2" },
        ],
      },
      {
        text: "Reference",
        items: [
          { text: "What the server does", link: "/server" },
          { text: "Figures, not claims", link: "/trust" },
        ],
      },
    ],
  },
});
