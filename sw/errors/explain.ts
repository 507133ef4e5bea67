import { PortsideError } from '../../protocol/errors.js';
import { inspectorPath } from '../../protocol/inspect.js';
import { type EmbedderPolicy, isolateEmbedded } from '../frames/isolation.js';
import { isFrameDestination } from '../routing/route.js';
import { errorResponse } from './error-page.js';

/** The page for a request that failed, in a form that the frame or tab that asked can show. */
export function explain(error: unknown, request: Request, policy: EmbedderPolicy, scope: string): Response {
  if (!(error instanceof PortsideError)) console.error('portside:', error);
  const reported = error instanceof PortsideError ? error : new PortsideError('unexpected-failure', String(error));
  const response = errorResponse(reported, {
    accept: request.headers.get('Accept') ?? '',
    navigation: request.mode === 'navigate',
    method: request.method,
    inspector: inspectorPath(scope),
  });
  if (isFrameDestination(request.destination)) isolateEmbedded(response.headers, policy);
  return response;
}
