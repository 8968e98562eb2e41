/** What is said about somebody, who may have no name; or about so many. */
export type Sentence = (name: string | undefined) => string

/** The texts of one language: each is a text, a sentence, or some of them by what they are about. */
export interface Shape {
  readonly [key: string]: string | Sentence | Readonly<Record<string, string | Sentence>>
}
