package dev.holdfast.gateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/// Refuses a body that is said to be of any type: `*/*` is what one accepts and nothing that a body can be. The
/// framework takes such a header for a mistake in our own code.
@Order(Ordered.HIGHEST_PRECEDENCE + 11)
final class BodyTypeFilter extends OncePerRequestFilter {

    private final ProblemWriter problems;

    BodyTypeFilter(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var type = request.getContentType();
        if (type != null && type.split(";", 2)[0].contains("*")) {
            problems.write(
                    new Problem(
                            415,
                            "unsupported-media-type",
                            "Unsupported media type",
                            "Content-Type must say what the body is, without a '*'; nothing was changed"),
                    request,
                    response);
        } else {
            chain.doFilter(request, response);
        }
    }
}
