package dev.holdfast.gateway;

import dev.holdfast.platform.remote.InternalDoor;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/// Lets in, at the door for other processes of the shop, only who knows the shared secret, when there is one.
/// Before anything of the body is read.
@Order(Ordered.HIGHEST_PRECEDENCE + 5)
final class InternalSecretFilter extends OncePerRequestFilter {

    private final byte[] secret;
    private final ProblemWriter problems;

    /// @param secret null or empty: everybody is let in
    InternalSecretFilter(String secret, ProblemWriter problems) {
        this.secret = secret == null ? new byte[0] : secret.getBytes(StandardCharsets.US_ASCII);
        this.problems = problems;
    }

    /// By the path as the application will see it: whatever is written to get around this comparison does not lead
    /// to the internal door either.
    static boolean isInternal(HttpServletRequest request) {
        return request.getServletPath().startsWith(InternalDoor.PATH);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (secret.length == 0 || !isInternal(request) || isKnown(request.getHeader(InternalDoor.SECRET))) {
            chain.doFilter(request, response);
            return;
        }
        // The body will not be read: this connection is of no further use.
        response.setHeader("Connection", "close");
        var problem = new Problem(
                401,
                "unauthorized",
                "Unauthorized",
                "the header " + InternalDoor.SECRET + " is missing or wrong; nothing was done."
                        + " holdfast.services.secret must be the same in all processes");
        problems.write(problem, request, response);
    }

    /// Takes as long whether the first character is wrong or the last.
    private boolean isKnown(String sent) {
        return sent != null && MessageDigest.isEqual(secret, sent.getBytes(StandardCharsets.UTF_8));
    }
}
