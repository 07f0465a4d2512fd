import type { Sockets } from './ports.ts';

/**
 * A last frame, and the end of the connection. False where the frame was not taken. Posted, and not left to the route's response: that
 * goes out when the function has ended, and would find the connection closed.
 */
export const sayGoodbye =
  (sockets: Sockets) =>
  async (connectionId: string, lastFrame: string): Promise<boolean> => {
    const outcome = await sockets.post(connectionId, lastFrame);
    await sockets.close(connectionId);
    return outcome === 'delivered';
  };
