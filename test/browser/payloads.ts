/**
 * A hundred texts that would run, load, or change a page if it took them for markup. Each calls `__ran(its number)`,
 * loads from a listener of the suite, or makes an element `made-up`; each says `pwnN`, so that it is known where it is
 * shown as the text that it is.
 *
 * @module
 */

/** @param beacon the URL of a listener on loopback, which is to hear nothing. */
export const payloads = (beacon: string): string[] =>
  TEMPLATES.map((template, n) =>
    template
      .replaceAll('RAN', `__ran(${n})`)
      .replaceAll('URL', `${beacon}/${n}`)
      .concat(template.includes('MARK') ? '' : ` pwn${n}.`)
      .replaceAll('MARK', `pwn${n}.`),
  )

/** One that says in which place it stands. */
export const at = (place: string, text: string): string => `${text} in-${place}.`

const TEMPLATES: readonly string[] = [
  // Elements that run
  '<script>RAN</script>',
  '<SCRIPT SRC=URL></SCRIPT>',
  '<script type=module>RAN</script>',
  '<script>/*MARK*/RAN//',
  '</script><script>RAN</script>',
  '<script src="data:text/javascript,RAN"></script>',
  '<<script>RAN//<</script>',
  '<script\t>RAN</script\t>',
  '<scr<script>ipt>RAN</scr</script>ipt>',
  '<script>alert(1)</script>',
  '<script>confirm`1`</script>',
  '<script nonce=>import("URL")</script>',
  '<noscript><p title="</noscript><img src=x onerror=RAN>">',
  // Event handlers
  '<img src=x onerror=RAN>',
  '<img/src=x/onerror=RAN>',
  '<img src="x` `<script>RAN</script>"` `>',
  '<IMG """><SCRIPT>RAN</SCRIPT>">',
  '<body onload=RAN>',
  '<input autofocus onfocus=RAN>',
  '<select autofocus onfocus=RAN><option>',
  '<textarea autofocus onfocus=RAN>',
  '<details open ontoggle=RAN>',
  '<video src=x onerror=RAN>',
  '<audio src=x onerror=RAN></audio>',
  '<video><source onerror=RAN></video>',
  '<marquee onstart=RAN>',
  '<div onpointerover=RAN style="position:fixed;inset:0">',
  '<p onanimationstart=RAN style="animation:spin 1s">',
  '<a href=# onclick=RAN autofocus onfocus=RAN tabindex=1>',
  '<made-up onfocus=RAN tabindex=0 id=x autofocus></made-up>',
  '<button popovertarget=x>x</button><made-up popover id=x onbeforetoggle=RAN>',
  '<object data=x onerror=RAN></object>',
  '<style onload=RAN></style>',
  '<link rel=stylesheet href=URL onload=RAN onerror=RAN>',
  // Out of attributes
  '" onmouseover="RAN" autofocus onfocus="RAN',
  "' onmouseover='RAN' autofocus onfocus='RAN",
  '"><script>RAN</script>',
  "'><img src=x onerror=RAN>",
  '" autofocus onfocus=RAN x="',
  '`onmouseover=RAN',
  '"><made-up>',
  "' style='background:url(URL)",
  '" style="animation:spin 1s" onanimationend="RAN',
  '&quot; onfocus=&quot;RAN',
  '\\" onfocus=\\"RAN',
  'x onfocus=RAN autofocus ',
  // Out of elements
  '</title><script>RAN</script>',
  '</textarea><script>RAN</script>',
  '</style><script>RAN</script>',
  '</pre></code><img src=x onerror=RAN>',
  '</select></option><img src=x onerror=RAN>',
  '</td></tr></table><img src=x onerror=RAN>',
  '</time></a></li></ul></main></body></html><script>RAN</script>',
  '</text></svg><img src=x onerror=RAN>',
  '--><script>RAN</script><!--',
  '<!--><img src=x onerror=RAN>-->',
  '<![CDATA[><script>RAN</script>]]>',
  ']]><script>RAN</script>',
  '<?xml version="1.0"?><made-up/>',
  '<!DOCTYPE html><made-up>',
  '<plaintext>',
  '<xmp><script>RAN</script>',
  // SVG, MathML, and what parsers turn them into
  '<svg onload=RAN>',
  '<svg><script>RAN</script></svg>',
  '<svg><script href="URL"/></svg>',
  '<svg><animate onbegin=RAN attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:RAN"><text x=20 y=20>x</text></a></svg>',
  '<svg><use href="URL#x"/></svg>',
  '<svg><foreignObject><made-up onfocus=RAN tabindex=0 autofocus></made-up></foreignObject></svg>',
  '<svg><style><img src=x onerror=RAN></style></svg>',
  '<svg></p><style><a id="</style><img src=1 onerror=RAN>">',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RAN&gt;">',
  '<math href="javascript:RAN">x</math>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=RAN>',
  '<template><made-up onfocus=RAN></made-up></template><made-up>',
  '<table><made-up><tr><td></made-up></table>',
  // Addresses
  'javascript:RAN//MARK',
  'JaVaScRiPt:RAN//MARK',
  'java\tscript:RAN//MARK',
  ' javascript:RAN//MARK',
  'javascript://%0aRAN//MARK',
  'data:text/html,<script>RAN</script>',
  'vbscript:msgbox(1)',
  '//URL',
  'URL',
  '[x](javascript:RAN)',
  '![x](URL)',
  '<a href="javascript:RAN">x</a>',
  '<a href=" &#x6A;avascript:RAN">x</a>',
  '<iframe src="javascript:RAN"></iframe>',
  '<iframe srcdoc="<script>parent.RAN</script>"></iframe>',
  '<embed src=URL>',
  '<base href=URL>',
  '<meta http-equiv=refresh content="0;url=URL">',
  '<form action=URL><button formaction="javascript:RAN">x</button></form>',
  // Templates, entities, and characters that hide others
  '{{constructor.constructor("RAN")()}} \u0024{RAN} <%= RAN %> #{RAN}',
  '&lt;script&gt;RAN&lt;/script&gt;',
  '&#60;img src=x onerror=RAN&#62;',
  '\u202e\u2066<script>RAN</script>\u2069',
  '\u200b<\u200bscript>RAN\ufeff</script>\u2028\u2029',
]
