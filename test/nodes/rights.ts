/** Rights of the simulator's keys. */
export const READ_ONLY = ["RIGHT_APPLICATION_TRAFFIC_READ"];
export const WRITE_ONLY = ["RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE"];
export const LINK_ONLY = ["RIGHT_APPLICATION_LINK"];
