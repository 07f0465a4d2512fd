import { MoveWatermarkFrameSchema } from '../../contract/receipt.ts';
import { moveWatermark } from '../app/move-watermark.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { receiptStore } from '../data/receipt-store.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const move = moveWatermark({ conversations: conversationStore(table), receipts: receiptStore(table), clock });

const moveTo = (kind: 'read' | 'delivered') =>
  action(MoveWatermarkFrameSchema, ({ userId }, data, connectionId) =>
    move({ ...data, kind, userId, via: connectionId }),
  );

export const handler = frameHandler(
  { 'receipt.read': moveTo('read'), 'receipt.delivered': moveTo('delivered') },
  frameRules(table),
);
