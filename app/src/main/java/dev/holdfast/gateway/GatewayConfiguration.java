package dev.holdfast.gateway;

import java.security.SecureRandom;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {

    @Bean
    TraceFilter traceFilter() {
        return new TraceFilter(new SecureRandom());
    }

    @Bean
    BodyLimitFilter bodyLimitFilter(HttpLimits limits) {
        return new BodyLimitFilter(limits, new ProblemWriter());
    }

    /// Requests that are no HTTP never reach a filter; Tomcat would answer them with a page of its own.
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsFromTomcat() {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemValve.class.getName());
            }
        });
    }
}
