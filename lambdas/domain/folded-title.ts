/** A title as it is compared: whatever the case and the width of its characters. */
export const foldedTitle = (title: string): string => title.normalize('NFKC').toLowerCase().trim();
