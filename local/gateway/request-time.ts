const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** API Gateway's `requestTime`, for example `25/Jun/2021:03:03:25 +0000`. */
export function requestTime(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  const [year, month, day] = iso.slice(0, 10).split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${iso.slice(11, 19)} +0000`;
}
