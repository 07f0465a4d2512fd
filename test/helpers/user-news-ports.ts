import type { TellPresencePorts } from '../../lambdas/app/tell-presence.ts';
import { fakeClock } from './fake-clock.ts';
import { recordedBus } from './recorded-bus.ts';

interface Post {
  connectionId: string;
  events: { type: string; data: { userId?: string; status?: string } }[];
}

/**
 * What telling of users needs. Everybody has connected with these devices, and has one direct conversation: with `otherUserId`. Every
 * post is taken.
 */
export function userNewsPorts({ otherUserId, devices }: { otherUserId: string; devices: string[] }) {
  const clock = fakeClock();
  const live = { openedAtMs: clock.now() - 60_000, expiresAtMs: clock.now() + 3_600_000 };
  const posts: Post[] = [];
  const closed: string[] = [];
  const { bus, events } = recordedBus();
  const ports: TellPresencePorts = {
    bus,
    clock,
    graceMs: 10_000,
    presences: {
      attendancesOf: async (userIds) => new Map(userIds.map((userId) => [userId, { connections: [live] }])),
      putBack: async () => undefined,
    },
    audience: {
      placesOf: async () => [{ conversationId: 'd1', otherUserId }],
      estrangedFrom: async () => new Set(),
      watchersOf: async () => [],
    },
    connections: {
      connectionsOf: async (userIds) =>
        userIds.flatMap((userId) =>
          devices.map((device) => ({ ...live, userId, connectionId: `${userId}’s ${device}`, joined: [] })),
        ),
      close: async ({ connectionId }) => {
        closed.push(connectionId);
        return [];
      },
    },
    watchers: { remove: async () => undefined },
    sockets: {
      async post(connectionId, frame) {
        posts.push({ connectionId, ...JSON.parse(frame) });
        return 'delivered';
      },
    },
  };
  return { ports, posts, closed, events };
}
