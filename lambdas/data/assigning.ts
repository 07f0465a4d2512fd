import type { Update } from './table.ts';

/** Sets each attribute that has a value, and removes each that has none. Every name goes by a placeholder: DynamoDB reserves many. */
export function assigning(attributes: Record<string, unknown>): Required<Pick<Update, 'update' | 'names' | 'values'>> {
  const names = Object.keys(attributes);
  const given = names.filter((name) => attributes[name] !== undefined);
  const gone = names.filter((name) => attributes[name] === undefined);
  const clauses = [
    ...(given.length > 0 ? [`SET ${given.map((name) => `#${name} = :${name}`).join(', ')}`] : []),
    ...(gone.length > 0 ? [`REMOVE ${gone.map((name) => `#${name}`).join(', ')}`] : []),
  ];
  return {
    update: clauses.join(' '),
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: Object.fromEntries(given.map((name) => [`:${name}`, attributes[name]])),
  };
}
