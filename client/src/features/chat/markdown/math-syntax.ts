/**
 * Inline math as models write it: `$x$`, `\(x\)` and `\[x\]`.
 *
 * A dollar sign is money far more often than math, so it opens math only where no letter or digit stands before it and
 * no space after it, and closes it only where no space stands before it and no digit after it (Pandoc's rule).
 * Blocks between `$$` are read by micromark-extension-math.
 */
import type { Code, Construct, Extension, Previous, State, Tokenizer } from "micromark-util-types";

const DOLLAR = 36;
const BACKSLASH = 92;
const OPENERS = new Map([
  [40, 41], // \( … \)
  [91, 93], // \[ … \]
]);

function isLineEnding(code: Code): boolean {
  return code !== null && code < -2;
}

function isSpace(code: Code): boolean {
  return code !== null && (code < 0 || code === 32 || code === 160);
}

function isWordCharacter(code: Code): boolean {
  return code !== null && code > 0 && /[\p{L}\p{N}$]/u.test(String.fromCharCode(code));
}

function isDigit(code: Code): boolean {
  return code !== null && code >= 48 && code <= 57;
}

const tokenizeDollarMath: Tokenizer = function (effects, ok, nok) {
  let last: Code = null;
  return open;

  function open(code: Code): State | undefined {
    effects.enter("mathText");
    effects.enter("mathTextSequence");
    effects.consume(code);
    effects.exit("mathTextSequence");
    return first;
  }

  function first(code: Code): State | undefined {
    if (code === null || isSpace(code) || code === DOLLAR) return nok(code);
    return between(code);
  }

  function between(code: Code): State | undefined {
    if (code === null) return nok(code);
    if (code === DOLLAR) {
      if (isSpace(last)) return nok(code);
      effects.enter("mathTextSequence");
      effects.consume(code);
      effects.exit("mathTextSequence");
      return after;
    }
    if (isLineEnding(code)) {
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
      last = code;
      return between;
    }
    effects.enter("mathTextData");
    return data(code);
  }

  function data(code: Code): State | undefined {
    if (code === null || isLineEnding(code) || code === DOLLAR) {
      effects.exit("mathTextData");
      return between(code);
    }
    last = code;
    effects.consume(code);
    return code === BACKSLASH ? escaped : data;
  }

  /** `\$` is a dollar sign within math. */
  function escaped(code: Code): State | undefined {
    if (code === DOLLAR || code === BACKSLASH) {
      last = code;
      effects.consume(code);
      return data;
    }
    return data(code);
  }

  function after(code: Code): State | undefined {
    if (isDigit(code) || code === DOLLAR) return nok(code);
    effects.exit("mathText");
    return ok(code);
  }
};

const tokenizeBracketMath: Tokenizer = function (effects, ok, nok) {
  let closer: number | undefined;
  return open;

  function open(code: Code): State | undefined {
    effects.enter("mathText");
    effects.enter("mathTextSequence");
    effects.consume(code);
    return bracket;
  }

  function bracket(code: Code): State | undefined {
    closer = code === null ? undefined : OPENERS.get(code);
    if (closer === undefined) return nok(code);
    effects.consume(code);
    effects.exit("mathTextSequence");
    return between;
  }

  function between(code: Code): State | undefined {
    if (code === null) return nok(code);
    if (isLineEnding(code)) {
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
      return between;
    }
    if (code === BACKSLASH) return effects.attempt({ tokenize: tokenizeCloser }, closed, escape)(code);
    effects.enter("mathTextData");
    return data(code);
  }

  function data(code: Code): State | undefined {
    if (code === null || isLineEnding(code) || code === BACKSLASH) {
      effects.exit("mathTextData");
      return between(code);
    }
    effects.consume(code);
    return data;
  }

  /** A command: the backslash and what follows it belong to the math. */
  function escape(code: Code): State | undefined {
    effects.enter("mathTextData");
    effects.consume(code);
    return command;
  }

  function command(code: Code): State | undefined {
    if (code === BACKSLASH) {
      effects.consume(code);
      return data;
    }
    return data(code);
  }

  function closed(code: Code): State | undefined {
    effects.exit("mathText");
    return ok(code);
  }

  function tokenizeCloser(...[inner, found, missed]: Parameters<Tokenizer>): State {
    return (code) => {
      inner.enter("mathTextSequence");
      inner.consume(code);
      return (next) => {
        if (next !== closer) return missed(next);
        inner.consume(next);
        inner.exit("mathTextSequence");
        return found;
      };
    };
  }
};

const notAfterWord: Previous = (code) => !isWordCharacter(code);
const notEscaped: Previous = (code) => code !== BACKSLASH;

const dollarMath: Construct = {
  name: "dollarMath",
  tokenize: tokenizeDollarMath,
  previous: notAfterWord,
};
const bracketMath: Construct = {
  name: "bracketMath",
  tokenize: tokenizeBracketMath,
  previous: notEscaped,
};

export const inlineMath: Extension = { text: { [DOLLAR]: dollarMath, [BACKSLASH]: bracketMath } };
