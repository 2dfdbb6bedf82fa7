import { expect, it } from "vitest";

import { documentOf } from "./document-factory";
import { twinOf } from "./twins";

it("asks about the same bytes before the same name", () => {
  const [content, name] = [documentOf({ file_name: "a.pdf" }), documentOf({ file_name: "b.pdf" })];
  expect(twinOf({ same_content: content, same_name: name })).toMatchObject({
    same: "content",
    name: "a.pdf",
  });
  expect(twinOf({ same_content: null, same_name: name })).toMatchObject({ same: "name", name: "b.pdf" });
  expect(twinOf({ same_content: null, same_name: null })).toBeNull();
});
