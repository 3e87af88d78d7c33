/**
 * The handshake: both ends played against each other, and every way in which it must fail.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  acceptor,
  type AcceptorOptions,
  busyRefusal,
  capabilityBits,
  connector,
  type ConnectorOptions,
  type EncryptionWish,
  type Handshake,
  type HandshakeFailure,
  handshakeFrameLimit,
  type HandshakePeer,
  type HandshakeStep,
  negotiateEncryption,
} from "../../../src/protocol/native/handshake.ts";

const cookie = "secret_token";
const none: Uint8Array = new Uint8Array(0);

/** Randomness that is the same in every run. */
const fixed = (seed: number) => (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => seed + index * 7 & 255);

const alex = (options: Partial<ConnectorOptions> = {}): Handshake =>
  connector({
    name: "alex@localhost",
    creation: 0x01020304,
    to: "kate@localhost",
    cookie,
    encryption: "must_seal",
    randomBytes: fixed(1),
    ...options,
  });

const kate = (options: Partial<AcceptorOptions> = {}): Handshake =>
  acceptor({
    name: "kate@localhost",
    creation: 0xfffffffe,
    cookieFor: () => cookie,
    decide: () => "accept",
    encryption: "must_seal",
    randomBytes: fixed(2),
    ...options,
  });

interface Outcome {
  readonly messages: ReadonlyArray<Uint8Array>;
  readonly alex: HandshakeStep;
  readonly kate: HandshakeStep;
}

/** Alters the message of that number (from 0) on its way. */
type Alter = (message: Uint8Array, number: number) => Uint8Array;

/** Plays both ends against each other until both are silent. */
const play = (one: Handshake, other: Handshake, alter: Alter = (message) => message): Outcome => {
  const messages: Array<Uint8Array> = [];
  let ofOne: HandshakeStep = {};
  let ofOther: HandshakeStep = {};
  let send: Uint8Array | undefined = one.start();
  while (send !== undefined) {
    messages.push(send);
    if (messages.length % 2 === 1) {
      ofOther = other.receive(alter(send, messages.length - 1));
      send = ofOther.send;
    } else {
      ofOne = one.receive(alter(send, messages.length - 1));
      send = ofOne.send;
    }
  }
  return { messages, alex: ofOne, kate: ofOther };
};

/** The messages of a handshake that succeeds, each as it is on the wire. */
const golden = (): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array] => {
  const [hello = none, answer = none, proof = none, verdict = none] = play(alex(), kate()).messages;
  return [hello, answer, proof, verdict];
};

const reason = (step: HandshakeStep): string | undefined => step.failed?.reason;

const text = (string: string): Uint8Array => new TextEncoder().encode(string);

const glue = (...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const frame = (body: Uint8Array): Uint8Array =>
  glue(Uint8Array.of(body.length >> 8, body.length & 255), body);

Deno.test("both ends come out with each other, the same keys crosswise, and nothing left", () => {
  const outcome = play(
    alex({ capabilities: capabilityBits.hidden }),
    kate({ capabilities: 1 << 5, encryption: "may_be_plain" }),
  );
  const ofAlex = outcome.alex.done;
  const ofKate = outcome.kate.done;
  assert(ofAlex !== undefined && ofKate !== undefined);
  assertEquals(outcome.messages.length, 4);
  assertEquals(ofAlex?.peer, {
    name: "kate@localhost",
    creation: 0xfffffffe,
    capabilities: 32,
    hidden: false,
  });
  assertEquals(ofKate?.peer, { name: "alex@localhost", creation: 0x01020304, capabilities: 1, hidden: true });
  for (const done of [ofAlex, ofKate]) {
    assertEquals([done?.version, done?.sealed, done?.rest.length], [1, true, 0]);
    assertEquals([done?.keys.send.length, done?.keys.receive.length], [32, 32]);
  }
  assertEquals(ofAlex?.keys.send, ofKate?.keys.receive);
  assertEquals(ofAlex?.keys.receive, ofKate?.keys.send);
  assertNotEquals(ofAlex?.keys.send, ofAlex?.keys.receive);
});

Deno.test("with fixed randomness the messages and keys have these bytes", () => {
  const { messages, alex: ofAlex } = play(alex(), kate());
  assertEquals(messages.map((message) => message.toHex()), [
    "0062737061776e6c696e6b010100000000000102030401080f161d242b323940474e555c636a0e616c6578406c6f6361" +
    "6c686f73740e6b617465406c6f63616c686f7374fea8d817b2c4808e2eb2f340a5584e008a0a226cc5f62e28122472dd" +
    "7cc82616",
    "004a01010000000000fffffffe020910171e252c333a41484f565d646b0e6b617465406c6f63616c686f7374969485d6" +
    "7127034e89aa40f488a459d3c962a4cf457e3990ae1a36e2007aa32b",
    "0041024171000abaede6a09854537c453fcf80182dadd8192013533cf4a0bbc0b0c220ba91cb76f5cbd2ba3c96683dcc" +
    "f062a2e8af6773042bc29d6b007c54abe68bde",
    "0043030100496525fa97c149012007cba4b7de4955c801042aeec032e9b6b93e620a1f9c6ca1e612369e4b1b5efa8cc4" +
    "78bf855aa26946fcfde16cd9d3521f44eaa69e9b1f",
  ]);
  assertEquals([ofAlex.done?.keys.send.toHex(), ofAlex.done?.keys.receive.toHex()], [
    "811f3093c18f8ef9c8c3b3f41e83432f5ceb565eed79f7b45544f347a1853253",
    "bf3a941187de0b1c3a2c621e5d72c9a0ec17ecf1f1c281c98ddf436d5f7b0990",
  ]);
});

Deno.test("other randomness at one end gives other keys", () => {
  const keys = [
    play(alex(), kate()),
    play(alex({ randomBytes: fixed(3) }), kate()),
    play(alex(), kate({ randomBytes: fixed(3) })),
  ].map((outcome) => outcome.alex.done?.keys.send.toHex());
  assertEquals(new Set(keys).size, 3);
});

Deno.test("a wrong cookie is known as such at both ends, and decides nothing", () => {
  let decided = 0;
  const decide = () => {
    decided++;
    return "accept" as const;
  };
  const outcome = play(alex({ cookie: "guess" }), kate({ decide }));
  assertEquals(outcome.alex.failed, {
    reason: "cookie",
    detail: "kate@localhost says that its cookie differs",
    by: "peer",
    proven: false,
    claimed: "kate@localhost",
  });
  assertEquals(outcome.kate.failed, {
    reason: "cookie",
    detail:
      "the cookies of alex@localhost and kate@localhost differ, or the handshake was altered on its way",
    by: "us",
    proven: false,
    claimed: "alex@localhost",
  });
  assertEquals(decided, 0);
});

Deno.test("the acceptor's cookie is looked up by the name that the connector says", () => {
  const cookies = new Map([["alex@localhost", "one"], ["max@localhost", "two"]]);
  const cookieFor = (name: string) => cookies.get(name) ?? cookie;
  assert(play(alex({ cookie: "one" }), kate({ cookieFor })).alex.done !== undefined);
  assertEquals(reason(play(alex({ cookie: "two" }), kate({ cookieFor })).alex), "cookie");
  assert(play(alex({ name: "max@localhost", cookie: "two" }), kate({ cookieFor })).alex.done !== undefined);
});

Deno.test("a decision is made once, on the proven peer, and its refusal reaches the other end proven", () => {
  const peers: Array<HandshakePeer> = [];
  const decide = (peer: HandshakePeer) => {
    peers.push(peer);
    return { refuse: "crossing" };
  };
  const outcome = play(alex(), kate({ decide }));
  assertEquals(peers, [{ name: "alex@localhost", creation: 0x01020304, capabilities: 0, hidden: false }]);
  const failed = { reason: "refused", detail: "crossing", proven: true } as const;
  assertEquals(outcome.alex.failed, { ...failed, by: "peer", claimed: "kate@localhost" });
  assertEquals(outcome.kate.failed, { ...failed, by: "us", claimed: "alex@localhost" });
});

Deno.test("a decision's reason is cut at 255 bytes and shown on one line", () => {
  const refuse = `a\nb\u{202e}${"ж".repeat(200)}`;
  const outcome = play(alex(), kate({ decide: () => ({ refuse }) }));
  assertMatch(outcome.alex.failed?.detail ?? "", /^a\ufffdb\ufffdж{124}$/);
});

Deno.test("wishes for encryption come to what the truth table says, at both ends", () => {
  const all: ReadonlyArray<EncryptionWish> = ["must_seal", "may_be_plain", "must_be_plain"];
  const table = [
    ["sealed", "sealed", "conflict"],
    ["sealed", "plain", "plain"],
    ["conflict", "plain", "plain"],
  ];
  all.forEach((one, row) => {
    all.forEach((other, column) => {
      const expected = table[row]?.[column];
      assertEquals(negotiateEncryption(one, other), expected);
      const outcome = play(alex({ encryption: one }), kate({ encryption: other }));
      for (const step of [outcome.alex, outcome.kate]) {
        if (expected === "conflict") assertEquals(reason(step), "encryption");
        else assertEquals(step.done?.sealed, expected === "sealed");
      }
      if (expected === "conflict") {
        assertEquals(outcome.alex.failed?.detail, `kate@localhost says ${other}, alex@localhost says ${one}`);
        assertEquals(outcome.kate.failed?.detail, `alex@localhost says ${one}, kate@localhost says ${other}`);
      }
    });
  });
});

Deno.test("a connector that offers only newer versions is refused with the versions spoken", () => {
  const outcome = play(alex({ versions: { lowest: 7, highest: 9 } }), kate());
  assertEquals(reason(outcome.kate), "version");
  assertEquals(
    outcome.kate.failed?.detail,
    "the other end speaks versions 7 to 9 of the protocol, this node version 1",
  );
  assertEquals(reason(outcome.alex), "version");
  assertEquals(
    outcome.alex.failed?.detail,
    "kate@localhost speaks version 1 of the protocol, this node versions 7 to 9",
  );
});

Deno.test("a hello of newer versions is refused by version whatever follows them", () => {
  const hello = frame(
    glue(text("spawnlink"), Uint8Array.of(2, 3), text("something that version 1 never saw")),
  );
  const step = kate().receive(hello);
  assertEquals(reason(step), "version");
  // Refusal, code of "version", from 1 to 1.
  assertEquals(step.send?.toHex(), "000400010101");
});

Deno.test("the newest version in common is chosen", () => {
  const cases = [[1, 1, 1, 3, 1], [1, 3, 2, 9, 3], [2, 4, 1, 2, 2], [1, 5, 1, 5, 5]] as const;
  for (const [from, to, otherFrom, otherTo, chosen] of cases) {
    const { alex: ofAlex, kate: ofKate } = play(
      alex({ versions: { lowest: from, highest: to } }),
      kate({ versions: { lowest: otherFrom, highest: otherTo } }),
    );
    assertEquals([ofAlex.done?.version, ofKate.done?.version], [chosen, chosen]);
  }
});

Deno.test("an answer in a version that was not offered is refused", () => {
  const { alex: ofAlex, kate: ofKate } = play(alex(), kate(), (message, number) => {
    if (number === 1) message[3] = 2;
    return message;
  });
  assertEquals([reason(ofAlex), reason(ofKate)], ["version", "version"]);
});

Deno.test("unknown optional capabilities pass, mandatory ones are refused by name from both sides", () => {
  assertEquals(play(alex({ capabilities: 1 << 15 }), kate()).kate.done?.peer.capabilities, 1 << 15);
  const fromAlex = play(alex({ capabilities: 2 ** 31 }), kate());
  assertEquals([reason(fromAlex.alex), reason(fromAlex.kate)], ["version", "version"]);
  assertEquals(
    fromAlex.kate.failed?.detail,
    "alex@localhost needs a capability that is unknown here (bit 31)",
  );
  assertEquals(
    fromAlex.alex.failed?.detail,
    "kate@localhost lacks a capability that alex@localhost needs",
  );
  const fromKate = play(alex(), kate({ capabilities: 1 << 16 }));
  assertEquals([reason(fromKate.alex), reason(fromKate.kate)], ["version", "version"]);
  assertEquals(
    fromKate.alex.failed?.detail,
    "kate@localhost needs a capability that is unknown here (bit 16)",
  );
});

Deno.test("the wrong node is refused by name, from both ends", () => {
  const outcome = play(alex({ to: "moebi@localhost" }), kate());
  assertEquals([reason(outcome.alex), reason(outcome.kate)], ["name", "name"]);
  assertEquals(outcome.alex.failed?.detail, "the node there is kate@localhost, not moebi@localhost");
  assertEquals(outcome.kate.failed?.detail, "alex@localhost seeks moebi@localhost, not kate@localhost");
});

Deno.test("an answer under another name is refused by the connector", () => {
  const [, answer] = golden();
  const at = answer.length - 32 - "kate@localhost".length;
  const altered = answer.slice();
  altered.set(text("moeb"), at);
  const machine = alex();
  machine.start();
  const step = machine.receive(altered);
  assertEquals(reason(step), "name");
  assertEquals(step.failed?.detail, "the node there is moeb@localhost, not kate@localhost");
});

Deno.test("a busy acceptor says so, with and without having heard a hello", () => {
  const busyWith = (busy: string): Handshake => kate({ isBusyWith: (claimed) => claimed === busy });
  const outcome = play(alex(), busyWith("alex@localhost"));
  assertEquals([reason(outcome.alex), reason(outcome.kate)], ["busy", "busy"]);
  assertEquals(reason(play(alex(), busyWith("moebi@localhost")).alex), undefined);
  const machine = alex();
  machine.start();
  assertEquals(reason(machine.receive(busyRefusal())), "busy");
});

Deno.test("a key exchange with no point, or the neutral one, is refused at both ends", () => {
  for (const point of [new Uint8Array(32), new Uint8Array(32).fill(255)]) {
    for (const number of [0, 1]) {
      const outcome = play(alex(), kate(), (message, which) => {
        if (which === number) message.set(point, message.length - 32);
        return message;
      });
      assertEquals([reason(outcome.alex), reason(outcome.kate)], ["point", "point"]);
      assertEquals(outcome.alex.done ?? outcome.kate.done, undefined);
    }
  }
});

Deno.test("one byte at a time is as good as all at once", () => {
  const whole = play(alex(), kate());
  const slow = (machine: Handshake): Handshake => ({
    start: () => machine.start(),
    receive: (bytes) => {
      let send: Uint8Array = none;
      for (let at = 0; at < bytes.length; at++) {
        const { send: more, ...step } = machine.receive(bytes.subarray(at, at + 1));
        if (more !== undefined) send = glue(send, more);
        if (at < bytes.length - 1) assertEquals(step, {});
        else return send.length > 0 ? { ...step, send } : step;
      }
      return {};
    },
  });
  const slowly = play(slow(alex()), slow(kate()));
  assertEquals(slowly.messages, whole.messages);
  assertEquals(slowly.alex.done?.keys.send, whole.alex.done?.keys.send);
  assertEquals(slowly.kate.done?.peer, whole.kate.done?.peer);
});

Deno.test("bytes behind the last message are given back, at both ends", () => {
  const glued: Alter = (message, number) => number >= 2 ? glue(message, text(`link ${number}`)) : message;
  const { alex: ofAlex, kate: ofKate } = play(alex(), kate(), glued);
  assertEquals(ofAlex.done?.rest, text("link 3"));
  assertEquals(ofKate.done?.rest, text("link 2"));
});

Deno.test("truncated at every offset, no message throws, ends anything or is answered", () => {
  const [hello, answer, proof, verdict] = golden();
  const machines = {
    hello: () => kate(),
    answer: () => {
      const machine = alex();
      machine.start();
      return machine;
    },
    proof: () => {
      const machine = kate();
      machine.receive(hello);
      return machine;
    },
    verdict: () => {
      const machine = alex();
      machine.start();
      machine.receive(answer);
      return machine;
    },
  };
  for (const [name, message] of Object.entries({ hello, answer, proof, verdict })) {
    const machine = machines[name as keyof typeof machines]();
    for (let at = 0; at < message.length - 1; at++) {
      assertEquals(machine.receive(message.subarray(at, at + 1)), {});
    }
    const fresh = machines[name as keyof typeof machines]();
    for (let cut = 0; cut < message.length; cut += 13) {
      assertEquals(fresh.receive(none), {});
    }
    assertEquals(fresh.receive(message.subarray(0, message.length - 1)), {});
    assert(Object.keys(fresh.receive(message.subarray(message.length - 1))).length > 0);
  }
});

Deno.test("a message whose body ends too early at any offset, or goes on, is refused as malformed", () => {
  const [hello, answer, proof, verdict] = golden();
  const refused = (machine: Handshake, message: Uint8Array, length: number) => {
    const body = new Uint8Array(length);
    body.set(message.subarray(2, 2 + length));
    const step = machine.receive(frame(body));
    assertEquals(reason(step), "frame");
    assertMatch(step.failed?.detail ?? "", /truncated|trailing|empty|not this protocol/);
  };
  const lengths = (message: Uint8Array) =>
    [...Array(message.length).keys()].filter((length) => length !== message.length - 2);
  for (const length of lengths(hello)) refused(kate(), hello, length);
  for (const length of lengths(proof).filter((length, index) => index % 9 === 0 || length >= 64)) {
    const machine = kate();
    machine.receive(hello);
    refused(machine, proof, length);
  }
  for (const length of lengths(answer).filter((length, index) => index % 9 === 0 || length >= 74)) {
    const machine = alex();
    machine.start();
    refused(machine, answer, length);
  }
  for (const length of lengths(verdict).filter((length, index) => index % 9 === 0 || length >= 66)) {
    const machine = alex();
    machine.start();
    machine.receive(answer);
    refused(machine, verdict, length);
  }
});

Deno.test("any message out of order is refused by either end, and nothing but the next one is taken", () => {
  const [hello, answer, proof, verdict] = golden();
  const states: ReadonlyArray<readonly [Uint8Array | undefined, () => Handshake]> = [
    [undefined, () => alex()],
    [answer, () => {
      const machine = alex();
      machine.start();
      return machine;
    }],
    [verdict, () => {
      const machine = alex();
      machine.start();
      machine.receive(answer);
      return machine;
    }],
    [hello, () => kate()],
    [proof, () => {
      const machine = kate();
      machine.receive(hello);
      return machine;
    }],
  ];
  for (const [due, machine] of states) {
    for (const message of [hello, answer, proof, verdict]) {
      const step = machine().receive(message);
      if (message === due) assertEquals(step.failed, undefined);
      else assertEquals(step.failed?.reason, "frame");
    }
  }
});

Deno.test("one's own messages, sent back, are refused", () => {
  const [hello, answer, proof, verdict] = golden();
  const dialling = alex();
  assertEquals(reason(dialling.receive(dialling.start())), "frame");
  const proving = alex();
  proving.start();
  assertEquals(reason(proving.receive(proving.receive(answer).send ?? none)), "frame");
  // With the kind of the message changed: one's own tag is no other's.
  const deceived = alex();
  deceived.start();
  const { send = none } = deceived.receive(answer);
  assertEquals(
    reason(deceived.receive(frame(glue(Uint8Array.of(3, 1, 0), send.subarray(3))))),
    "cookie",
  );
  const answering = kate();
  assertEquals(reason(answering.receive(answering.receive(hello).send ?? none)), "frame");
  const judging = kate();
  judging.receive(hello);
  assertEquals(reason(judging.receive(frame(glue(Uint8Array.of(2), verdict.subarray(5))))), "cookie");
  assertEquals(proof.length, 67);
});

Deno.test("a hello sent back to its own node's acceptor is refused, also with the names exchanged", () => {
  const own = (): Handshake => kate({ name: "alex@localhost", creation: 0x01020304 });
  const outcome = play(alex(), own());
  assertEquals([reason(outcome.alex), reason(outcome.kate)], ["name", "name"]);
  // The names are as long as each other, so that they can be exchanged in place.
  const [hello] = golden();
  const exchanged = hello.slice();
  const at = hello.length - 32 - 30;
  exchanged.set(text("kate"), at + 1);
  exchanged.set(text("alex"), at + 16);
  const deceived = own();
  const { send = none } = deceived.receive(exchanged);
  const machine = alex();
  machine.start();
  assertEquals(reason(machine.receive(send)), "name");
});

Deno.test("a recorded connector cannot be played again", () => {
  const [hello, , proof] = golden();
  const later = kate({ randomBytes: fixed(99) });
  later.receive(hello);
  assertEquals(reason(later.receive(proof)), "cookie");
});

Deno.test("one altered byte in any place of any message ends in no link for the one who got it", () => {
  const messages = golden();
  messages.forEach((message, number) => {
    for (let at = 0; at < message.length; at++) {
      const outcome = play(alex(), kate(), (sent, which) => {
        if (which === number) sent[at] = (sent[at] ?? 0) ^ 1;
        return sent;
      });
      // The connector never has a link; the acceptor only when its own last word was altered.
      assertEquals(outcome.alex.done, undefined);
      if (number < 3) assertEquals(outcome.kate.done, undefined);
      // A length that grew waits for more; all else is refused at once, by the one who noticed.
      if (at > 1) assert((outcome.alex.failed ?? outcome.kate.failed) !== undefined);
    }
  });
});

Deno.test("a wish, version or capability altered on its way comes out as an altered handshake", () => {
  const offsets = { highest: 2 + 10, wish: 2 + 11, capabilities: 2 + 15, creation: 2 + 19 };
  for (const [field, at] of Object.entries(offsets)) {
    const outcome = play(
      alex({ encryption: "may_be_plain" }),
      kate({ encryption: "may_be_plain" }),
      (message, number) => {
        if (number === 0) message[at] = field === "highest" ? 9 : field === "wish" ? 0 : 2;
        return message;
      },
    );
    assertEquals([field, reason(outcome.kate)], [field, "cookie"]);
    assertEquals(outcome.alex.done, undefined);
  }
});

Deno.test("an acceptor that only pretends to have checked the proof is found out", () => {
  const impostor = play(alex({ cookie: "one" }), kate({ cookieFor: () => "two" }), (message, number) => {
    // In the place of the refusal comes a verdict with a guessed tag.
    return number === 3 ? frame(glue(Uint8Array.of(3, 1, 0), new Uint8Array(64))) : message;
  });
  assertEquals(reason(impostor.alex), "cookie");
  assertEquals(impostor.alex.failed?.by, "us");
});

Deno.test("what is not this protocol is refused by its name, as soon as it shows and unanswered", () => {
  const erlang = frame(glue(text("N"), new Uint8Array(14), text("\x00\x0ealex@localhost")));
  const strangers: ReadonlyArray<readonly [string, Uint8Array]> = [
    ["HTTP", text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["HTTP", text("POST /graphql HTTP/1.1\r\n")],
    ["HTTP", text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")],
    ["TLS", Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)],
    ["SSH", text("SSH-2.0-OpenSSH_9.6\r\n")],
    ["Erlang distribution", erlang],
    ["Erlang distribution", frame(text("n\x00\x05"))],
  ];
  for (const [name, bytes] of strangers) {
    assertEquals(kate().receive(bytes).failed, {
      reason: "frame",
      detail: name,
      by: "us",
      proven: false,
      claimed: undefined,
    });
    const slow = kate();
    const steps = [...bytes].map((byte) => slow.receive(Uint8Array.of(byte)));
    assertEquals(steps[2]?.failed?.detail, name);
    for (const step of steps) assertEquals(step.send, undefined);
  }
  const dialling = alex();
  dialling.start();
  assertEquals(dialling.receive(text("HTTP/1.1 400 Bad Request\r\n")).failed?.detail, "HTTP");
});

Deno.test("random bytes never throw and never end in a link", () => {
  let seed = 42;
  for (let round = 0; round < 2000; round++) {
    const bytes = new Uint8Array(300);
    for (let at = 0; at < bytes.length; at++) {
      seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0;
      bytes[at] = seed >>> 16;
    }
    // Half of them with a plausible length, so that the body is looked at.
    if (round % 2 === 0) bytes.set([0, 200]);
    const dialling = alex({ randomBytes: fixed(1) });
    for (const machine of [kate(), dialling]) {
      const step = machine.receive(bytes);
      assertEquals(step.done, undefined);
      assertEquals(step.failed?.reason, "frame");
    }
  }
});

Deno.test("a message of the limit is looked at, one byte more is refused by its length", () => {
  const [hello] = golden();
  const body = new Uint8Array(handshakeFrameLimit);
  body.set(hello.subarray(2));
  const step = kate().receive(frame(body));
  assertEquals(step.failed?.detail, "a malformed hello: trailing bytes");
  const over = kate().receive(Uint8Array.of(0x10, 0x01));
  assertEquals(over.failed?.detail, "a handshake message of 4097 bytes, where 4096 is the limit");
  assertEquals(kate().receive(Uint8Array.of(0x10, 0x00)), {});
});

Deno.test("a malformed field is refused by what it is", () => {
  const [hello] = golden();
  const at = { wish: 13, name: hello.length - 32 - 30 };
  const details = ([
    [at.wish, 3],
    [at.name + 1, 0xff],
    [at.name + 1, "@".charCodeAt(0)],
    [at.name + 1, 0x20],
  ] as const).map(([offset, byte]) => {
    const altered = hello.slice();
    altered[offset] = byte;
    return kate().receive(altered).failed?.detail;
  });
  assertEquals(details, [
    "a malformed hello: an unknown wish for encryption",
    "a malformed hello: text that is no UTF-8",
    "a malformed hello: a name that is no node's",
    "a malformed hello: a name that is no node's",
  ]);
});

Deno.test("a refusal is read strictly, and what it brings is put in words here", () => {
  const details = [
    [0, 0],
    [0, 4],
    [0, 5],
    [0, 9],
    [0],
    [0, 0, 1],
    [0, 2, 7],
    [0, 3, 3, 0x61, 0x0a, 0x62],
  ].map((body) => {
    const machine = alex();
    machine.start();
    const step = machine.receive(frame(Uint8Array.from(body)));
    assertEquals(step.send, undefined);
    assertEquals(step.failed?.proven, false);
    return `${step.failed?.reason}: ${step.failed?.detail}`;
  });
  assertEquals(details, [
    "cookie: kate@localhost says that its cookie differs",
    "point: kate@localhost says that it got no valid point",
    "frame: kate@localhost says that it got a malformed message",
    "frame: a refusal of an unknown kind",
    "frame: a malformed refusal: truncated",
    "frame: a malformed refusal: trailing bytes",
    "frame: a malformed refusal: an unknown wish for encryption",
    "frame: a malformed refusal: a name that is no node's",
  ]);
});

Deno.test("a failed handshake stays failed, and one that is done takes no more", () => {
  const [hello, answer] = golden();
  const machine = kate();
  const { failed } = machine.receive(text("GET /"));
  for (const bytes of [hello, answer, none]) {
    const again: { readonly failed?: HandshakeFailure } = machine.receive(bytes);
    assertEquals(again, failed === undefined ? {} : { failed });
  }
  const one = alex();
  const other = kate();
  const outcome = play(one, other);
  assert(outcome.alex.done !== undefined && outcome.kate.done !== undefined);
  assertEquals(reason(one.receive(hello)), "frame");
  assertEquals(reason(other.receive(hello)), "frame");
});

Deno.test("one wrong proof is all that a connection may try", () => {
  const [hello, , proof] = golden();
  const machine = kate();
  machine.receive(hello);
  const wrong = proof.slice();
  wrong[10] = (wrong[10] ?? 0) ^ 1;
  const step = machine.receive(glue(wrong, proof));
  assertEquals([reason(step), step.done], ["cookie", undefined]);
  assertEquals(reason(machine.receive(proof)), "cookie");
});

Deno.test("no machine, step or failure shows the cookie or a key", () => {
  const shown: Array<string> = [];
  const show = (value: unknown) => {
    shown.push(Deno.inspect(value, { depth: 20, showHidden: true, getters: true, iterableLimit: 10_000 }));
    shown.push(JSON.stringify(value));
  };
  for (const guess of [cookie, "another_secret"]) {
    const one = alex({ cookie: guess });
    const other = kate();
    show([one, other]);
    const outcome = play(one, other);
    show([one, other, outcome.alex, outcome.kate]);
    for (const done of [outcome.alex.done, outcome.kate.done]) {
      if (done === undefined) continue;
      const { keys } = done;
      const bytes = [...keys.send].join(", ");
      for (const line of shown) {
        assert(!line.includes(bytes.slice(0, 30)) && !line.includes(keys.send.toHex()));
      }
    }
  }
  for (const line of shown) assert(!line.includes(cookie) && !line.includes("another_secret"));
});
