export type ReportProgress = (done: number, total: number) => void;

const reportMs = 5000;

/** Passes on what comes at least five seconds after what was passed on before. */
export function seldom(report: ReportProgress, now: () => number): ReportProgress {
  let toldAt = now();
  return (done, total) => {
    if (now() - toldAt < reportMs) return;
    toldAt = now();
    report(done, total);
  };
}
