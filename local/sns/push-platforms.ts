/** As SNS names them in the ARNs of applications and endpoints, and in messages. */
export const platformNames = ['GCM', 'APNS', 'APNS_SANDBOX'] as const;

export type PlatformName = (typeof platformNames)[number];

/** The platform applications: all are there, and a test may disable one until the host ends. */
export interface PushPlatforms {
  enable(platform: PlatformName, enabled: boolean): void;
  isEnabled(platform: string): boolean;
}

export function createPushPlatforms(): PushPlatforms {
  const disabled = new Set<string>();
  return {
    enable: (platform, enabled) => void (enabled ? disabled.delete(platform) : disabled.add(platform)),
    isEnabled: (platform) => !disabled.has(platform),
  };
}
