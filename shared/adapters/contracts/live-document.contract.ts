import type { LiveDocument } from '../live/live-document';

/** What every document that the live path follows promises. @param open none is there; after that another handle on it */
export function liveDocumentContract(open: () => Promise<() => LiveDocument>): void {
  let handle: () => LiveDocument;
  beforeEach(async () => {
    handle = await open();
  });

  it('is not there at first, and taking it away is nothing', async () => {
    await handle().remove();
    expect(await handle().read()).toBeUndefined();
  });

  it('is read as it was written last, whole', async () => {
    for (const text of ['{"a": "水"}\n', 'x'.repeat(100_000)]) {
      await handle().write(text);
      expect(await handle().read()).toBe(text);
    }
  });

  it('is gone once it is taken away', async () => {
    await handle().write('x');
    await handle().remove();
    expect(await handle().read()).toBeUndefined();
  });
}
