import { execFileSync } from 'node:child_process';
import { atMost, type Figure, plain } from './table.ts';

const aimMegabytes = 400;

/** Resident memory of the host with its worker threads, and of the database beside it, when nothing happens. */
export const idleMemory = (): Figure[] => [
  atMost('memory of host and workers, idle', megabytesOf(host), aimMegabytes, 'MB', 0),
  plain('memory of the database, idle', megabytesOf(database), 'MB', 0),
];

/** The same at once after the load; the host gives it back a minute later, with the workers that it no longer needs. */
export const loadedMemory = (): Figure[] => [
  plain('memory of host and workers, after the load', megabytesOf(host), 'MB', 0),
  plain('memory of the database, after the load', megabytesOf(database), 'MB', 0),
];

const host = /local\/main\.ts/;
const database = /dynoxide/;

const megabytesOf = (pattern: RegExp): number =>
  processesBelow(process.pid)
    .filter(({ command }) => pattern.test(command))
    .reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1_024;

interface RunningProcess {
  pid: number;
  parent: number;
  kilobytes: number;
  command: string;
}

function processesBelow(pid: number, all = runningProcesses()): RunningProcess[] {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...processesBelow(child.pid, all)]);
}

function runningProcesses(): RunningProcess[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' }).split('\n');
  return lines.map((line) => {
    const [pid, parent, kilobytes, ...command] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), kilobytes: Number(kilobytes), command: command.join(' ') };
  });
}
