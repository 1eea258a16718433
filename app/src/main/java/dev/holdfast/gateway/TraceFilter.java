package dev.holdfast.gateway;

import dev.holdfast.platform.Trace;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/// Binds each request to a trace: the caller's, or a new one. The answer carries it, so that a person with an
/// answer in hand finds the log lines and the saga.
@Order(Ordered.HIGHEST_PRECEDENCE)
final class TraceFilter extends OncePerRequestFilter {

    private static final String HEADER = "traceparent";
    private static final String ATTRIBUTE = TraceFilter.class.getName();

    private final RandomGenerator random;

    TraceFilter(RandomGenerator random) {
        this.random = random;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var trace = traceOf(request);
        if (!response.isCommitted()) {
            response.setHeader(HEADER, trace.traceparent());
        }
        try {
            trace.call(() -> {
                chain.doFilter(request, response);
                return null;
            });
        } catch (ServletException | IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }

    /// The end of a streamed answer and the error page belong to the same trace.
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    private Trace traceOf(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Trace known) {
            return known;
        }
        var trace = Trace.parse(theOnly(Collections.list(request.getHeaders(HEADER))))
                .map(caller -> caller.child(random))
                .orElseGet(() -> Trace.begin(random));
        request.setAttribute(ATTRIBUTE, trace);
        return trace;
    }

    /// Two callers cannot both be the parent.
    private static String theOnly(List<String> headers) {
        return headers.size() == 1 ? headers.getFirst() : null;
    }
}
