import type { PlatformApplications } from '../stages.ts';

export function applicationArns(applications: PlatformApplications): string[] {
  return Object.values(applications);
}

/** The endpoints of an application: `…:app/GCM/chat` has `…:endpoint/GCM/chat/<uuid>`, one for each device. */
export function endpointArns(applications: PlatformApplications): string[] {
  return applicationArns(applications).map((arn) => `${arn.replace(':app/', ':endpoint/')}/*`);
}
