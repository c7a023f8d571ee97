/** An answer other than success, in the words of Qdrant. */
export class ApiError extends Error {
  readonly status: number;
  /** Some answers of Qdrant are plain text instead of JSON. */
  readonly plain: boolean;

  constructor(status: number, message: string, plain = false) {
    super(message);
    this.status = status;
    this.plain = plain;
  }
}

/** 404: there is no such thing. */
export function notFound(what: string): ApiError {
  return new ApiError(404, `Not found: ${what}`);
}

/** 404 in Qdrant's words for a collection that is not there. */
export function unknownCollection(name: string): ApiError {
  return notFound(`Collection \`${name}\` doesn't exist!`);
}

/** 400 in Qdrant's words for input that contradicts the collection. */
export function wrongInput(what: string): ApiError {
  return new ApiError(400, `Wrong input: ${what}`);
}

/** 400: the request cannot be understood. */
export function badRequest(what: string): ApiError {
  return new ApiError(400, `Bad request: ${what}`);
}

/** The body is JSON, but not of the form that the endpoint takes. */
export function badFormat(what: string): ApiError {
  return new ApiError(400, `Format error in JSON body: ${what}`);
}

/** The form is right and a value is out of its range. */
export function invalid(where: 'JSON body' | 'path parameters' | 'query parameters', what: string): ApiError {
  return new ApiError(422, `Validation error in ${where}: [${what}]`);
}

/** Qdrant can do this and the emulator cannot: said openly instead of answered wrongly. */
export function unsupported(what: string): ApiError {
  return new ApiError(501, `Not implemented by the emulator: ${what}`);
}
