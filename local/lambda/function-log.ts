import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Shows one line on the console. */
export type Report = (line: string) => void;

export interface FunctionLog {
  /** Copies what a worker writes to the function's log file. */
  follow(stream: Readable): void;
  /** Notes a failure that the function could not write down itself. */
  failure(message: string): void;
  close(): Promise<void>;
}

/** The function's log file; its errors are shown on the console too, in a line that names the function. */
export function openFunctionLog(folder: string, functionName: string, report: Report): FunctionLog {
  let file: WriteStream | undefined;
  const write = (line: string) => {
    mkdirSync(folder, { recursive: true });
    file ??= createWriteStream(join(folder, `${functionName}.log`), { flags: 'a' });
    file.write(`${line}\n`);
  };
  const failure = (message: string) => {
    write(message);
    report(`${functionName}: ${shorten(message)}`);
  };
  const onLine = (line: string) => {
    const error = errorIn(line);
    write(line);
    if (error) report(`${functionName}: ${shorten(error)}`);
  };
  return {
    follow: (stream) => void createInterface({ input: stream }).on('line', onLine),
    failure,
    close: () => new Promise((resolve) => (file ? file.end(resolve) : resolve())),
  };
}

/** What an error line says: the functions log JSON with a level; anything else is of interest when AWS refused it. */
export function errorIn(line: string): string | undefined {
  const entry = parse(line);
  if (!entry) return line.includes('AccessDenied') ? line : undefined;
  if (entry.level !== 'ERROR' && !line.includes('AccessDenied')) return undefined;
  return [entry.message, messageOf(entry.error)].filter((part) => typeof part === 'string').join(': ');
}

function messageOf(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, message, cause } = error as Record<string, unknown>;
  const own = [name, message].filter((part) => typeof part === 'string').join(' ');
  const deeper = messageOf(cause);
  return deeper ? `${own}, because of ${deeper}` : own;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
