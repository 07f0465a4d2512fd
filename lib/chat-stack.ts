import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import { ChatBucket } from './constructs/chat-bucket.ts';
import type { House } from './constructs/chat-function.ts';
import { ChatTable } from './constructs/chat-table.ts';
import { DomainEvents } from './constructs/domain-events.ts';
import { FanOut } from './constructs/fan-out.ts';
import { ChatHttpApi } from './constructs/http-api.ts';
import { Notifications } from './constructs/notifications.ts';
import { Presence } from './constructs/presence.ts';
import { Scheduling } from './constructs/scheduling.ts';
import { ChatWebSocketApi } from './constructs/websocket-api.ts';

/** The whole backend of one stage: two APIs over one table, and what happens after a write. */
export class ChatStack extends Stack {
  constructor(app: App, house: House) {
    const { name, home, protectData } = house.stage;
    super(app, `Parley-${name}`, {
      description: `Parley chat backend, stage ${name}`,
      terminationProtection: protectData,
      ...(home && { env: home }),
    });
    const table = new ChatTable(this, 'Table', { protectData });
    const bucket = new ChatBucket(this, 'Files', house.stage);
    const webSocketApi = new ChatWebSocketApi(this, 'WebSocket', { house, table, bucket });
    const scheduling = new Scheduling(this, 'Scheduling', { house, table, bucket });
    const httpApi = new ChatHttpApi(this, 'Http', { house, table, bucket, webSocketApi, scheduling });
    const domainEvents = house.stage.domainEvents ? new DomainEvents(this, 'Events', { house, table }) : undefined;
    const notifications = new Notifications(this, 'Notifications', { house, table, domainEvents });
    const { queue: notificationQueue, deadLetters } = notifications;
    const { queue: presenceQueue } = new Presence(this, 'Presence', { house, table, webSocketApi, domainEvents });
    new FanOut(this, 'Stream', { house, table, webSocketApi, notificationQueue, presenceQueue });
    new CfnOutput(this, 'HttpUrl', { value: httpApi.url });
    new CfnOutput(this, 'WebSocketUrl', { value: webSocketApi.url });
    new CfnOutput(this, 'NotificationDeadLettersUrl', { value: deadLetters.queueUrl });
    if (domainEvents) new CfnOutput(this, 'EventBusName', { value: domainEvents.bus.eventBusName });
  }
}
