import { describe, expect, it } from 'vitest';
import type { ConversationType } from '../../../contract/conversation.ts';
import { type Actor, actorOf, may, type Right, rightToRemove } from '../../../lambdas/domain/roles.ts';

const actors: Actor[] = ['stranger', 'member', 'moderator', 'owner', 'service'];
const everyoneButStrangers = ['member', 'moderator', 'owner', 'service'];
const moderatorsUp = ['moderator', 'owner', 'service'];
const ownersUp = ['owner', 'service'];
const nobody: string[] = [];

/** In direct conversations, groups and channels. */
const rows: [Right, direct: string[], group: string[], channel: string[]][] = [
  ['read', everyoneButStrangers, everyoneButStrangers, everyoneButStrangers],
  ['post', everyoneButStrangers, everyoneButStrangers, everyoneButStrangers],
  ['postAmongModerators', moderatorsUp, moderatorsUp, moderatorsUp],
  ['postSystemMessages', ['service'], ['service'], ['service']],
  ['react', everyoneButStrangers, everyoneButStrangers, everyoneButStrangers],
  ['pin', everyoneButStrangers, moderatorsUp, moderatorsUp],
  ['deleteMessagesOfOthers', ['service'], moderatorsUp, moderatorsUp],
  ['addMembers', nobody, moderatorsUp, moderatorsUp],
  ['removeMembers', nobody, moderatorsUp, moderatorsUp],
  ['removeModerators', nobody, ownersUp, ownersUp],
  ['leave', nobody, everyoneButStrangers, everyoneButStrangers],
  ['changeRoles', nobody, ownersUp, ownersUp],
  ['setMembers', nobody, ['service'], ['service']],
  ['update', ['service'], moderatorsUp, moderatorsUp],
  ['close', ['service'], ownersUp, ownersUp],
];

const allowed = (right: Right, type: ConversationType) => actors.filter((actor) => may(actor, right, type));

describe('who may', () => {
  it.each(rows)('%s', (right, direct, group, channel) => {
    expect(allowed(right, 'direct')).toEqual(direct);
    expect(allowed(right, 'group')).toEqual(group);
    expect(allowed(right, 'channel')).toEqual(channel);
  });

  it('remove somebody goes by whom: a moderator removes members alone', () => {
    const removable = (['member', 'moderator', 'owner'] as const).filter((role) =>
      may('moderator', rightToRemove(role), 'group'),
    );
    expect(removable).toEqual(['member']);
  });
});

describe('an actor', () => {
  it.each([
    { who: 'a trusted backend, member or not', scopes: ['chat:service'], role: 'member' as const, actor: 'service' },
    { who: 'a member by their role', scopes: [], role: 'moderator' as const, actor: 'moderator' },
    { who: 'an administrator like anybody', scopes: ['chat:admin'], role: undefined, actor: 'stranger' },
  ])('is $who', ({ scopes, role, actor }) => {
    expect(actorOf({ scopes }, role && { role })).toBe(actor);
  });
});
