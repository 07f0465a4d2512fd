import { oversee } from '../app/oversee.ts';
import { auditStore } from '../data/audit-store.ts';
import type { Table } from '../data/table.ts';
import { adminRoutes } from '../edge/admin-route.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { systemRandomness as randomness } from '../runtime/randomness.ts';

/** How every function for administrators makes its routes: none without the audit log. */
export const adminRoutesOver = (table: Table) => adminRoutes(oversee({ audit: auditStore(table), clock, randomness }));
