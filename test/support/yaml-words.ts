/** Lists what yaml-texts.ts puts texts of YAML together from. */

const list = (...parts: readonly string[]): readonly string[] => parts.flatMap((part) => part.split('¦'))

/** Scalars without quotes: of each thing that they can stand for, and of what only looks like it. */
export const PLAIN = list(
  'toad¦app¦a b¦a-b¦a:b¦a#b¦http://toad/¦x,y¦a?b¦?x¦:x¦-x¦-¦--¦a: b¦0¦1¦-1¦+1¦80¦0120¦08¦0o17¦0O17¦0x1F',
  '0XfF¦0b101¦-0b11¦-0x10¦1_000¦0_7¦_1¦12:30¦12:30:45¦190:20:30¦1e3¦1E-3¦1.5¦.5¦5.¦-.5¦+.5¦1_000.5¦.5_0',
  '1e999¦9007199254740993¦9223372036854775807¦9223372036854775808¦18446744073709551615¦18446744073709551616',
  '-9223372036854775808¦-9223372036854775809¦0777777777777777777777777¦0xffffffffffffffffffff¦-0¦-0.0¦0x',
  '0b2¦0o8¦1e¦1.2.3¦0.0.0.0/0¦10.96.0.1¦1 000¦0x1p-2¦+¦.¦..¦...¦true¦True¦TRUE¦tRue¦false¦yes¦Yes¦no¦NO¦on',
  'Off¦y¦Y¦n¦N¦Norway¦yess¦null¦Null¦NULL¦~¦nil¦¦.inf¦-.Inf¦+.INF¦.nan¦.NaN¦inf¦nan¦=¦<<¦2001-12-14',
  '2001-12-14t21:59:43.10-05:00¦2001-12-14T21:59:43Z¦2001-02-30¦2001-1-1¦2026-05-30 12:00:00¦@toad¦`toad`',
  '%toad¦%¦!¦&¦*¦|¦>¦"¦\'¦{{ .Values.x }}¦$(X)¦[¦]¦{¦}¦,¦caf\u00e9¦\u00a0x¦x\u00a0¦\ud83d\udc38¦\u200bx',
  'x\u2028y¦x\u0085y¦\ufeffx¦\u0007¦\u007f¦x\ty¦\tx',
)

/** In quotes, whole and broken. */
export const QUOTED = list(
  "'toad'¦'it''s'¦''¦' '¦'a\n b'¦'a\nb'¦'a\n\n b'¦'two lines\n    of one'¦'a: b # c'",
  '\'---\n---\'¦"toad"¦""¦"a\\nb"¦"\\x41\\u00e9\\U0001F438"¦"\\ud83d\\ude00"¦"\\q"¦"\\/"¦"a\\\n b"¦"a\nb"',
  '"a \n  \n b"¦"\\"x\\""¦"\\x4"¦"\\_\\N\\L\\P\\e\\0\\a"¦"\ta"¦"a¦\'a¦"a" b¦\'a\'b¦"\\U00110000"¦"12"',
  '\'yes\'¦\'null\'¦"\\\tx"¦"x\\  y"¦\'x\n---\ny\'¦"x\n... \ny"¦\'a\t\n\tb\'¦"a\u2028b"¦"\\u12"',
)

/** With tags and anchors, right and wrong. */
export const TAGGED = list(
  '!!str 12¦!!str¦!!str yes¦!!int 12¦!!int "12"¦!!int x¦!!float 1¦!!float x¦!!bool yes¦!!bool 1¦!!null ""',
  '!!null x¦!!binary aGVsbG8=¦!!binary "a b"¦!!timestamp 2001-12-14¦!!timestamp x¦!toad x¦!toad¦! 12',
  '!<tag:yaml.org,2002:str> 12¦!!map {a: 1}¦!!seq [a]¦!!set {a, b}¦!!str [a]¦!x!y z¦!!str "12"¦&a !!str 12',
  '!!str &a 12¦&a¦&a x¦&a-b_c x¦& x¦&a &b x¦!!int 1 2¦!%41 x¦!!int 0x10¦!!float 0o17¦!!int ~¦!!float .inf',
  '!!str .inf¦!!merge <<¦!!omap [a: 1]¦!a,b x',
)

/** Each begins a block scalar, or only looks as if it did. */
export const BLOCK_HEADERS = list('|¦>¦|-¦|+¦>-¦>+¦|2¦|2-¦|-2¦>1¦|+1¦| # remark¦|0¦|10¦|x¦| x¦|++¦>9')

/** Its lines. */
export const BLOCK_LINES = list('a¦b c¦ a¦  more¦¦ ¦# no remark¦a: b¦- a¦\ta¦end ¦---¦x # y')

/** Keys that are no plain words. None of two kinds become the same text: maps of Go have no order. */
export const KEYS = list(
  'a¦b¦c¦name¦apiVersion¦1¦01¦0x1¦1.5¦1e6¦2.0¦true¦no¦y¦null¦~¦<<¦"q"¦\'q\'¦"7"¦a b¦a:b¦? a¦? ¦?a¦-a¦"a\nb"',
  '[a]¦{a: b}¦!!str 8¦&k k¦*k¦¦example.com/a¦__proto__¦2001-12-14¦.inf¦18446744073709551615',
  '9007199254740993¦1234567.5',
)

/** These stand between documents. */
export const MARKERS = list(
  '---¦---¦---¦--- # x¦---\t¦--- a¦--- {a: 1}¦---a¦----¦--- |¦...¦... x¦...\n---¦\ufeff---¦%YAML 1.1\n---',
  '%YAML 1.2\n---¦%TAG ! tag:x,2000:\n---¦%FOO\n---¦%YAML 1.1¦# only\n---¦ ---¦---\n---',
)
