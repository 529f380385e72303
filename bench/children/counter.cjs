// The two marks of a measurement are messages of their own, so that a message that no node wants can be measured too.
const START = "v3/app1/devices/bench-start/up";
const END = "v3/app1/devices/bench-end/up";

/** A function to call with each topic; sends the CPU time in microseconds to the parent at the end mark. */
function counter() {
  let before;
  let seen = 0;
  return (topic) => {
    if (topic === START) {
      before = process.cpuUsage();
      seen = 0;
      process.send("started");
    } else if (topic === END) {
      const { user, system } = process.cpuUsage(before);
      process.send({ micros: user + system, seen });
    } else if (before) seen += 1;
  };
}

module.exports = { counter, START, END };
