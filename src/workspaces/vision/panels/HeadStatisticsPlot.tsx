export function HeadStatisticsPlot() {
  return null;
}
