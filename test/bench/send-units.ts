import type { Sends, Transport } from './sends.ts';
import { sendCount } from './sends.ts';
import type { Figure } from './table.ts';

const senders: Record<Transport, string> = { frame: 'SendMessageFrame', HTTP: 'SendMessage' };
/** Three writes of its own, a fifth of one that books the limits of its user, and half a unit each ten seconds for who is banned. */
const aim = { writeUnits: 3.2, readUnits: 0.05 };

/** Units of one send as its function is billed for them, index writes included, and what fan-out reads beside it. */
export function sendUnits({ transport, conversation, meter }: Sends): Figure[] {
  const { writeUnits, readUnits } = unitsOf(meter, senders[transport]);
  const fanOut = unitsOf(meter, 'FanOut');
  return [
    {
      figure: `a send by ${transport} in ${conversation}: table`,
      value: `${units(writeUnits)} write, ${units(readUnits)} read units`,
      aim: `≤ ${aim.writeUnits} write, ${aim.readUnits} read units`,
      isMet: writeUnits <= aim.writeUnits && readUnits <= aim.readUnits,
    },
    { figure: `its fan-out, one receiver online: table`, value: `${units(fanOut.readUnits)} read units` },
  ];
}

function unitsOf({ dynamodb }: Sends['meter'], functionName: string) {
  const { writeUnits = 0, readUnits = 0 } = dynamodb.byFunction[functionName] ?? {};
  return { writeUnits: writeUnits / sendCount, readUnits: readUnits / sendCount };
}

const units = (value: number) => String(Number(value.toFixed(2)));
