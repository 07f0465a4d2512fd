import type { Slice } from './fan-out-ports.ts';
import { type TellPorts, tellMembers } from './tell-members.ts';

/**
 * Tells slices of large conversations, those of one group in order: whatever the number of slices and changes, a connection gets one
 * frame, or as few as fit. Throws where all of it is to be tried again.
 */
export const postSlices =
  (ports: TellPorts) =>
  async (slices: Slice[]): Promise<{ delivered: number }> => {
    const told = slices.flatMap(({ conversationId, userIds, changes }) =>
      changes.map((change) => ({ ...change, conversationId, recipients: userIds })),
    );
    const { delivered } = await tellMembers(ports, told);
    return { delivered };
  };
