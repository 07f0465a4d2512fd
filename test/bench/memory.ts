import { execFileSync } from 'node:child_process';
import { atMost, type Figure, plain } from './table.ts';

const aimMegabytes = 400;

/** Resident memory of the host with its worker threads, and of the database beside it. */
export function memory(moment: string): Figure[] {
  const mine = processesBelow(process.pid);
  const sumOf = (pattern: RegExp) =>
    mine.filter(({ command }) => pattern.test(command)).reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1024;
  return [
    atMost(`memory of host and workers, ${moment}`, sumOf(/local\/main\.ts/), aimMegabytes, 'MB', 0),
    plain(`memory of the database, ${moment}`, sumOf(/dynoxide/), 'MB', 0),
  ];
}

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
