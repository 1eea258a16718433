package dev.holdfast.gateway;

import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.remote.FaultWording;
import dev.holdfast.platform.remote.Reply;
import dev.holdfast.platform.remote.ServicesSettings;
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

    @Bean
    BodyTypeFilter bodyTypeFilter() {
        return new BodyTypeFilter(new ProblemWriter());
    }

    @Bean
    InternalSecretFilter internalSecretFilter(ServicesSettings services) {
        return new InternalSecretFilter(services.secret(), new ProblemWriter());
    }

    /// What a call of another process comes to, in the words of this door; and in the words of whoever failed,
    /// where those are written for people. The other process puts them on record, and its door words them anew.
    @Bean
    FaultWording faultWording() {
        return fault -> {
            var problem = Problems.of(fault);
            var said = switch (fault) {
                case EffectUnclearException _, NoEffectException _, GroupCommitException _ ->
                    problem.with("cause", fault.getMessage());
                default -> problem;
            };
            return new Reply(said.status(), Json.mapper().valueToTree(said.body((String) null)));
        };
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
