import { expect } from 'vitest';
import type { ConversationSummary } from '../../../contract/conversation.ts';
import type { ChatEvent } from '../../../contract/event.ts';
import type { MemberPage } from '../../../contract/member.ts';
import type { MessagePage } from '../../../contract/message.ts';
import type { ReceiptList } from '../../../contract/receipt.ts';
import { isOf } from '../../helpers/client-socket.ts';
import { good } from '../whole-chat.ts';
import type { Delivery } from './delivery.ts';
import type { Life } from './turn.ts';
import { sharedView } from './views.ts';
import { learn, newWitness, type Testimony, testimonyOf } from './witness.ts';

/** Whoever was there from the first to the last knows by events what a fresh snapshot says; also when each event came twice. */
export async function hearAll(life: Life, delivery: Delivery): Promise<void> {
  await delivery.deliver();
  const heard = new Map(life.world.users.map((user) => [user, delivery.eventsTo(user)]));
  for (const { id, founders, witnesses } of life.world.conversations) {
    for (const user of witnesses) {
      const events = (heard.get(user) ?? []).filter((event) => isOf(event, id));
      expect(testimonyOf(listenTo(founders, [...events, ...events]))).toEqual(await snapshotOf(life, user, id));
    }
  }
}

export function listenTo(founders: Parameters<typeof newWitness>[0], events: ChatEvent[]) {
  const witness = newWitness(founders);
  for (const event of events) learn(witness, event);
  return witness;
}

export async function snapshotOf(
  { chat }: Pick<Life, 'chat'>,
  userId: string,
  conversationId: string,
): Promise<Testimony> {
  const get = async <Body>(below: string, query = {}) => {
    const route = `GET /v1/conversations/{conversationId}${below}`;
    return good<Body>(await chat.ask(route, { userId }, { params: { conversationId }, query }));
  };
  const { conversation } = await get<{ conversation: ConversationSummary }>('');
  const { messages } = await get<MessagePage>('/messages', { limit: '100' });
  const { members } = await get<MemberPage>('/members');
  const { receipts } = await get<ReceiptList>('/receipts');
  return {
    title: conversation.title,
    closed: conversation.closed,
    log: messages.map(sharedView),
    roles: Object.fromEntries(members.map(({ userId: member, role }) => [member, role])),
    receipts: receipts.map((each) => `${each.userId} ${each.lastReadSeq} ${each.lastDeliveredSeq}`).toSorted(),
  };
}
