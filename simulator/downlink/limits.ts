/** Largest application payload of EU868 by spreading factor, in bytes: the largest MACPayload less eight. */
const LONGEST_BY_SPREADING_FACTOR: Readonly<Record<number, number>> = {
  7: 242,
  8: 242,
  9: 115,
  10: 51,
  11: 51,
  12: 51,
};

/** What the Network Server takes into a queue at all. */
export const LONGEST_PAYLOAD = 242;

/** Of a class A window, which uses the data rate of its uplink. */
export function longestAt(spreadingFactor: number): number {
  return LONGEST_BY_SPREADING_FACTOR[spreadingFactor] ?? LONGEST_PAYLOAD;
}

/** Of the second receive window, which class C listens in: spreading factor 12. */
export const LONGEST_CLASS_C = 51;

/** `ns.downlink-queue-capacity`. */
export const QUEUE_CAPACITY = 10_000;

/** `as.downlinks.confirmation.default-retry-attempts`. */
export const USUAL_ATTEMPTS = 8;
