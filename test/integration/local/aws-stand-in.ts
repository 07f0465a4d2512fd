import { type AwsEndpoint, createAwsEndpoint } from '../../../local/aws/endpoint.ts';
import type { AwsService } from '../../../local/aws/service.ts';
import { createFaults, type Faults } from '../../../local/faults.ts';
import { createIam } from '../../../local/iam/iam.ts';
import type { Deployment } from '../../../local/types.ts';

/** An AWS endpoint with some services, and how clients find it: as the admin, or as a function of the deployment. */
export interface AwsStandIn {
  faults: Faults;
  settingsFor(accessKeyId: 'local-admin' | 'local-Worker'): ClientSettings;
  close(): Promise<void>;
}

type ClientSettings = ReturnType<typeof settingsOf>;

export async function startAwsStandIn(
  deployment: Deployment,
  services: Record<string, AwsService>,
): Promise<AwsStandIn> {
  const faults = createFaults(() => {});
  const endpoint = await createAwsEndpoint({ services, iam: createIam(deployment), faults });
  return { faults, settingsFor: (accessKeyId) => settingsOf(endpoint, accessKeyId), close: endpoint.close };
}

function settingsOf(endpoint: AwsEndpoint, accessKeyId: string) {
  return {
    endpoint: endpoint.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'any', sessionToken: 'worker-1' },
  };
}
