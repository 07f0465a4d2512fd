/** One line of the table: what was measured, what came out, and what it should be. */
export interface Figure {
  figure: string;
  value: string;
  aim?: string;
  /** Said only where there is an aim. */
  isMet?: boolean;
}

const columns = ['figure', 'value', 'aim'] as const;

/** A Markdown table whose columns are aligned for whoever reads it as text. */
export function tableOf(figures: Figure[]): string {
  const rows = [columns.map(String), ...figures.map(cellsOf)];
  const widths = columns.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const [head = '', ...lines] = rows.map((cells) =>
    lineOf(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0))),
  );
  const rule = lineOf(widths.map((width) => '-'.repeat(width)));
  return [head, rule, ...lines].join('\n');
}

const cellsOf = ({ figure, value, aim = '', isMet }: Figure): string[] => [
  figure,
  value,
  isMet === false ? `${aim}: MISSED` : aim,
];

const lineOf = (cells: string[]) => `| ${cells.join(' | ')} |`;

/** A figure that should be at most so much. */
export const atMost = (figure: string, value: number, most: number, unit: string, digits = 1): Figure => ({
  figure,
  value: `${value.toFixed(digits)} ${unit}`,
  aim: `≤ ${most} ${unit}`,
  isMet: Number(value.toFixed(digits)) <= most,
});

export const atLeast = (figure: string, value: number, least: number, unit: string, digits = 0): Figure => ({
  figure,
  value: `${value.toFixed(digits)} ${unit}`,
  aim: `≥ ${least} ${unit}`,
  isMet: value >= least,
});

export const plain = (figure: string, value: number, unit: string, digits = 1): Figure => ({
  figure,
  value: `${value.toFixed(digits)} ${unit}`,
});
