/** New URLs for a new revision: what players and caches hold of the old one stays true (I11). */
export function revisedId(id: string, revision: number): string {
  return revision === 0 ? id : `${id}-r${revision}`;
}
