package dev.holdfast.gateway;

import dev.holdfast.platform.Trace;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;

/// Tomcat's last word, as a problem. Public with a public constructor because Tomcat makes it by name.
public final class ProblemValve extends ErrorReportValve {

    private final ProblemWriter problems = new ProblemWriter();
    private final RandomGenerator random = new SecureRandom();

    @Override
    protected void report(Request request, Response response, Throwable fault) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        // No filter has seen the request, so it has no trace yet.
        var trace = Trace.begin(random);
        response.setHeader("traceparent", trace.traceparent());
        try {
            trace.call(() -> {
                problems.write(WebProblems.ofStatus(response.getStatus()), request, response);
                response.finishResponse();
                return null;
            });
        } catch (IOException e) {
            // The caller is gone; there is nobody to tell.
            container.getLogger().debug("no answer could be written", e);
        }
    }
}
