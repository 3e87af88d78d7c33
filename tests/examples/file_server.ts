/**
 * This repository's files from a URL, and folders outside of it.
 *
 * @module
 */
const top = new URL("../../", import.meta.url);

/** Serves this repository's files while `body` runs. */
export const withServer = async (body: (origin: string) => Promise<void>): Promise<void> => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    try {
      const text = await Deno.readTextFile(new URL(`.${pathname}`, top));
      return new Response(text, { headers: { "content-type": "text/plain" } });
    } catch {
      return new Response("there is no such file", { status: 404 });
    }
  });
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
};

/** Runs `body` with a folder of its own that is outside of the repository. */
export const withFolder = async (body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
};
