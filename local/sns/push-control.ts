import type { EndpointChoice, PushEndpoint, PushEndpoints } from './push-endpoints.ts';
import type { PlatformName, PushPlatforms } from './push-platforms.ts';
import type { PushSink } from './push-sink.ts';

/** What the control routes see and play of push: the part of the platforms, which disable what they no longer reach. */
export interface PushControl {
  sink: PushSink;
  enableEndpoints(choice: EndpointChoice, enabled: boolean): void;
  removeEndpoints(choice: EndpointChoice): void;
  enablePlatform(platform: PlatformName, enabled: boolean): void;
}

interface Parts {
  sink: PushSink;
  endpoints: PushEndpoints;
  platforms: PushPlatforms;
}

export function createPushControl({ sink, endpoints, platforms }: Parts): PushControl {
  return {
    sink,
    enableEndpoints(choice, enabled) {
      for (const { arn } of chosen(endpoints, choice)) endpoints.change(arn, { enabled: String(enabled) });
    },
    removeEndpoints(choice) {
      for (const { arn } of chosen(endpoints, choice)) endpoints.remove(arn);
    },
    enablePlatform: platforms.enable,
  };
}

/** A test that names a device which never registered has a mistake, and hears of it. */
function chosen(endpoints: PushEndpoints, choice: EndpointChoice): PushEndpoint[] {
  const found = endpoints.matching(choice);
  const name = choice.endpointArn ?? choice.deviceToken;
  if (found.length === 0) throw new Error(`no endpoint is registered for ${name}`);
  return found;
}
