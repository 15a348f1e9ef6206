// Recomputes a lottery's draw from its published files: node verify.mjs FOLDER --commitment HEX [--local] [--json]
//
// The second of two verifiers: it shares no code with the first, nor with the system. README.md describes each byte.
// SHA-256 and Ed25519 are those of Node.js, the curve of drand's signatures is that of @noble/curves.

import {createHash, createPublicKey, verify} from "node:crypto"
import {existsSync, readFileSync} from "node:fs"
import {join} from "node:path"
import {parseArgs} from "node:util"
import {bls12_381} from "@noble/curves/bls12-381.js"

const CHAINS = {
  "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971": {
    firstDue_s: 1692803367,
    key: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
      + "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  },
  // Of test stacks: everybody knows its secret.
  "2568c02f8531ed15ea37160e4cff4dbd64a97c49de8543d03b7b9699918489d4": {
    firstDue_s: 946684800,
    isTest: true,
    key: "80afb25ab7afe42140a41ad08f1725ec891c4a9a903dab3517fbafc3f1de13ccac7857cae956e99995995d6566248e52"
      + "0b7c51c1003d7efb31cb9c9e9daf7d1df66337adb396054659477a50e559313488765aa2771c51cfb869d379c659dcdb",
  },
}
const PERIOD_S = 3
const DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

class Fault extends Error {}
const want = (isSo, otherwise) => {
  if (!isSo) throw new Fault(otherwise)
}
const sha256 = (...pieces) => {
  const hash = createHash("sha256")
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}
const hex = (text) => Buffer.from(text, "hex")
const number8 = (value) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

function fileOf(folder, name, what) {
  const path = join(folder, name)
  want(/^[0-9a-f]{64}$/.test(name) && existsSync(path), `${what} ${name} is not among the files`)
  const content = readFileSync(path)
  want(sha256(content).toString("hex") === name, `${what} ${name} has another content than its name says`)
  return content
}

function isSigned(key, signature, message) {
  const jwk = {kty: "OKP", crv: "Ed25519", x: hex(key).toString("base64url")}
  return verify(null, message, createPublicKey({key: jwk, format: "jwk"}), hex(signature))
}

function readCommitment(folder, name, draw) {
  const content = fileOf(folder, name, "the commitment")
  const magic = Buffer.from("cs-commitment-1\0")
  const end = content.indexOf(0, magic.length)
  const rest = content.subarray(end + 1)
  want(content.subarray(0, magic.length).equals(magic) && rest.length === 72 + 256 * 40, "the commitment has another format")
  const batch = content.subarray(magic.length, end).toString("ascii")
  const rules = JSON.parse(fileOf(folder, rest.toString("hex", 0, 32), "the rules").toString())
  const chain = rest.toString("hex", 32, 64)
  const round = Number(rest.readBigUInt64BE(64))
  const parts = []
  for (let at = 72; at < rest.length; at += 40) {
    parts.push({count: Number(rest.readBigUInt64BE(at)), name: rest.toString("hex", at + 8, at + 40)})
  }
  const quotas = rules.batch.draw.shares.map((share) => share.quantity)
  want(rules.format === "cs-rules-1", "the rules have another format")
  want(rules.batch.batch_id === batch, "the rules are those of another batch")
  want(rules.chain_hash === chain && rules.round === round, "rules and commitment name two chains or rounds")
  want(quotas.reduce((a, b) => a + b, 0) <= rules.quantity, "the shares have more packs than the batch")
  const signed = Buffer.concat([Buffer.from(`cs-commit-1\0${batch}\0`), hex(name)])
  want(isSigned(rules.receipt_key, draw.commitment.signature, signed), "the commitment is not signed by the receipt key")
  return {batch, hash: hex(name), rules, chain, round, parts, quotas}
}

// All records of the list in one buffer of 34 bytes each.
function readList(folder, {rules, parts, quotas}) {
  const weights = new Set([1, ...rules.batch.draw.weights.map((one) => one.weight)])
  const contents = parts.map(({count, name}, part) => {
    const content = count ? fileOf(folder, name, `part ${part}`) : Buffer.alloc(0)
    want(count || sha256(content).toString("hex") === name, `part ${part} is empty, and its hash is not that of nothing`)
    want(content.length === 34 * count, `part ${part} has ${content.length} bytes for ${count} records`)
    for (let at = 0; at < content.length; at += 34) {
      const isSorted = at === 0 || content.compare(content, at - 34, at - 2, at, at + 32) > 0
      want(isSorted && content[at] === part, `part ${part} is not sorted, has an entry twice, or one of another part`)
      want(weights.has(content[at + 32]) && content[at + 33] <= quotas.length, `part ${part} has a weight or share without a rule`)
    }
    return content
  })
  return Buffer.concat(contents)
}

function seedOf({rules, chain, round, hash}, beacon) {
  const known = CHAINS[chain]
  want(known, `the rules name the chain ${chain}, which is not drand quicknet`)
  const late_s = Date.parse(rules.batch.draw.at) / 1000 - known.firstDue_s
  want(round === Math.max(1, 1 + Math.ceil(late_s / PERIOD_S)), `round ${round} is not the first from draw.at on`)
  want(beacon.round === round, `committed is round ${round}; the beacon is of ${beacon.round}`)
  refuseSignature(known.key, round, beacon.signature)
  return sha256("cs-draw-1", hash, sha256(hex(beacon.signature)))
}

function refuseSignature(key, round, text) {
  want(/^[0-9a-f]{96}$/.test(text), "the signature is not 96 lower-case hex digits")
  const {G1, G2, shortSignatures, fields} = bls12_381
  want("89ab".includes(text[0]), "the signature is not compressed, or infinity")
  want((BigInt(`0x${text}`) & ((1n << 381n) - 1n)) < fields.Fp.ORDER, "the signature is no element of the field")
  let point
  try {
    point = G1.Point.fromHex(text)
    point.assertValidity()
  } catch (error) {
    throw new Fault(`the signature is no point of the group: ${error.message}`)
  }
  want(!point.is0() && point.isTorsionFree(), "the signature is outside the group")
  want(point.toHex(true) === text, "the signature has a second spelling")
  const message = G1.hashToCurve(sha256(number8(round)), {DST})
  want(shortSignatures.verify(point, message, G2.Point.fromHex(key)), `the signature is not that of round ${round}`)
}

// Everybody, the lowest score first: indices into the list.
function rank(list, seed) {
  const count = list.length / 34
  const scores = Buffer.alloc(32 * count)
  const input = Buffer.concat([seed, Buffer.alloc(33)])
  for (let i = 0; i < count; i++) {
    list.copy(input, 32, 34 * i, 34 * i + 32)
    let best
    for (let j = 0; j < list[34 * i + 32]; j++) {
      input[64] = j
      const score = sha256(input)
      if (!best || score.compare(best) < 0) best = score
    }
    best.copy(scores, 32 * i)
  }
  // The first six bytes decide nearly always; equal ones are compared in full.
  const heads = new Float64Array(count)
  for (let i = 0; i < count; i++) heads[i] = scores.readUIntBE(32 * i, 6)
  const order = Uint32Array.from({length: count}, (_, i) => i)
  order.sort((a, b) => heads[a] - heads[b] || scores.compare(scores, 32 * b, 32 * b + 32, 32 * a, 32 * a + 32))
  return {order, scores, cohorts: new Uint8Array(count)}
}

const scoreOf = ({scores}, i) => scores.toString("hex", 32 * i, 32 * i + 32)

function admit(everybody, list, cohort, places, quotas) {
  const left = [0, ...quotas]
  const cutoffs = left.map(() => null)
  for (const i of quotas.length ? everybody.order : []) {
    const share = list[34 * i + 33]
    if (left[share] > 0) {
      left[share]--
      places--
      everybody.cohorts[i] = cohort
      cutoffs[share] = i
    }
  }
  for (const i of everybody.order) {
    if (places === 0) break
    if (everybody.cohorts[i]) continue
    places--
    everybody.cohorts[i] = cohort
    cutoffs[0] = i
  }
  const [rest, ...shares] = cutoffs.map((i) => i === null ? null : scoreOf(everybody, i))
  return {rest, shares, counts: quotas.map((quota, s) => quota - left[s + 1])}
}

function refuseWinners({rules, quotas}, told, everybody, list) {
  const {rounds} = rules.batch.draw
  want(told.length >= 1 && told.length <= rounds, `${told.length} cohorts; the rules have 1 to ${rounds}`)
  let lastRest = null
  const admitted = []
  told.forEach((cohort, index) => {
    const number = index + 1
    const claimed = number > 1 ? cohort.claims : 0
    const before = admitted.reduce((sum, count) => sum + count, 0)
    want(claimed >= 0 && claimed <= before, `before cohort ${number}, ${claimed} of ${before} winners claimed`)
    const found = admit(everybody, list, number, rules.quantity - claimed, number > 1 ? [] : quotas)
    const count = everybody.cohorts.reduce((sum, one) => sum + (one === number), 0)
    lastRest = found.rest ?? lastRest
    want(cohort.cohort === number, "the cohorts are not numbered from 1")
    if (number === 1) {
      const own = found.shares.map((cutoff, s) => `${s + 1} ${cutoff} ${found.counts[s]}`)
      const published = cohort.cutoffs.map((one) => `${one.share} ${one.cutoff} ${one.winners}`)
      want(own.join() === published.join(), "the cutoffs of the shares are not those of their lowest scores")
    }
    want(cohort.cutoff_rest === lastRest, `cohort ${number}: the cutoff is ${lastRest}, not ${cohort.cutoff_rest}`)
    want(cohort.admitted === count, `cohort ${number} has ${count} winners, not ${cohort.admitted}`)
    admitted.push(count)
  })
  return admitted
}

function readClaims(folder, {files, state}) {
  const final = files.find((file) => file.kind === "final")
  if (!final) {
    want(state !== "final", "the draw is final, and names no file of its claims")
    return null
  }
  const content = fileOf(folder, final.name, "the file of the claims")
  want(content.length % 33 === 0, "the file of the claims ends within a line")
  const claims = []
  for (let at = 0; at < content.length; at += 33) {
    claims.push({entry: content.toString("latin1", at, at + 32), cohort: content[at + 32]})
  }
  return claims
}

function refuseClaims(draw, claims, everybody, list) {
  want(claims.every(({entry}, at) => at === 0 || claims[at - 1].entry < entry), "the claims are not sorted, or one is twice")
  const left = new Map(claims.map(({entry, cohort}) => [entry, cohort]))
  for (let i = 0; i < everybody.cohorts.length && left.size; i++) {
    const entry = list.toString("latin1", 34 * i, 34 * i + 32)
    if (!left.has(entry)) continue
    const cohort = everybody.cohorts[i], name = Buffer.from(entry, "latin1").toString("hex")
    want(cohort > 0 && left.get(entry) === cohort, `${name} claimed in cohort ${left.get(entry)}; it was drawn in ${cohort || "none"}`)
    left.delete(entry)
  }
  want(left.size === 0, "an entry claimed that is not in the list")
  draw.cohorts.slice(1).forEach(({claims: told}, index) => {
    const before = claims.filter(({cohort}) => cohort < index + 2).length
    want(told === before, `before cohort ${index + 2}, ${before} claimed; ${told} is published`)
  })
  want(draw.end.claims === claims.length, `${claims.length} entries claimed; ${draw.end.claims} is published`)
}

function checkAll(folder, commitment, isLocal) {
  const answers = [], facts = {}
  const held = (check) => answers.some((one) => one.check === check && ["holds", "not checked"].includes(one.verdict))
  const ask = (check, needs, answer) => {
    const lacking = needs.find((need) => !held(need))
    if (lacking) return answers.push({check, verdict: "not checked", why: `because of the ${lacking}`})
    try {
      const [verdict, why] = answer()
      answers.push({check, verdict, why})
    } catch (error) {
      const why = error instanceof Fault ? error.message : `a published value is missing or unreadable: ${error}`
      answers.push({check, verdict: "fails", why})
    }
  }
  let draw, listed, list, seed, everybody
  ask("list", [], () => {
    draw = JSON.parse(readFileSync(join(folder, "draw.json"), "utf8"))
    if (draw.commitment === null && !commitment) return ["not yet", `nothing is committed; the state is ${draw.state}`]
    const name = commitment ?? draw.commitment.hash
    listed = readCommitment(folder, name, draw)
    list = readList(folder, listed)
    want(draw.batch_id === listed.batch, `draw.json is of ${draw.batch_id}, not of ${listed.batch}`)
    const entries = list.length / 34
    Object.assign(facts, {batch_id: listed.batch, commitment: name, entries, round: listed.round})
    if (!commitment) return ["not checked", `commitment not checked: ${entries} entries are under ${name}, but who says that it is this?`]
    return ["holds", `these ${entries} entries, each once, are the list under your commitment`]
  })
  ask("beacon", ["list"], () => {
    if (draw.beacon === null) return ["not yet", `nobody has put the signature of round ${listed.round}`]
    seed = seedOf(listed, draw.beacon)
    facts.seed = seed.toString("hex")
    if (!CHAINS[listed.chain].isTest) return ["holds", `drand quicknet signed round ${listed.round}, the first from the time of the draw on`]
    want(isLocal, "this is a test chain: its key is public, so anybody can draw with it; --local accepts it")
    return ["holds", `the test chain signed round ${listed.round}`]
  })
  ask("winners", ["list", "beacon"], () => {
    if (!draw.cohorts.length) return ["not yet", `nobody was drawn; the state is ${draw.state}`]
    everybody = rank(list, seed)
    facts.winners = refuseWinners(listed, draw.cohorts, everybody, list)
    return ["holds", `the lowest scores won: ${facts.winners.join(" + ")}`]
  })
  ask("claims", ["list", "beacon", "winners"], () => {
    const claims = readClaims(folder, draw)
    if (claims === null) return ["not yet", `the draw is not final; the state is ${draw.state}`]
    refuseClaims(draw, claims, everybody, list)
    return ["holds", `all ${claims.length} that claimed had won`]
  })
  const is_good = answers.every(({check, verdict}) => verdict === "holds" || (check === "claims" && verdict === "not yet"))
  return {is_good, answers, ...facts}
}

const {values: options, positionals: [folder]} = parseArgs({
  allowPositionals: true,
  options: {commitment: {type: "string"}, local: {type: "boolean"}, json: {type: "boolean"}},
})
if (!folder) {
  console.error("Usage: node verify.mjs FOLDER --commitment HEX [--local] [--json]")
  process.exit(2)
}
// As a newspaper prints it: in groups, or in capitals.
const found = checkAll(folder, options.commitment?.replace(/\s/g, "").toLowerCase(), options.local)
if (options.json) console.log(JSON.stringify(found))
else for (const {check, verdict, why} of found.answers) console.log(`${verdict.padEnd(12)} ${check.padEnd(8)} ${why}`)
process.exit(found.is_good ? 0 : 1)
