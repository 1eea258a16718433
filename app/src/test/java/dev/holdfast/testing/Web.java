package dev.holdfast.testing;

import dev.holdfast.platform.Json;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/// Controllers behind Spring's dispatcher, without a server and without the gateway; problems come out with their
/// status, slug, detail and extensions.
public final class Web {

    private Web() {}

    public static MockMvcTester of(Object... controllers) {
        var mvc = MockMvcBuilders.standaloneSetup(controllers)
                .setMessageConverters(
                        new StringHttpMessageConverter(), new JacksonJsonHttpMessageConverter(Json.mapper()))
                .setControllerAdvice(new Web().new Problems())
                .build();
        return MockMvcTester.create(mvc)
                .withHttpMessageConverters(List.of(new JacksonJsonHttpMessageConverter(Json.mapper())));
    }

    /// Not static: the scan for components passes over inner classes, so this one never takes the place of the
    /// gateway in a server that a test starts.
    @RestControllerAdvice
    final class Problems {

        @ExceptionHandler
        ResponseEntity<Map<String, Object>> problem(ProblemException e) {
            var problem = new LinkedHashMap<>(e.extensions());
            problem.put("slug", e.slug());
            problem.put("detail", e.getMessage());
            return ResponseEntity.status(e.status())
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .body(problem);
        }

        @ExceptionHandler
        ResponseEntity<Map<String, Object>> reused(KeyReusedException e) {
            return ResponseEntity.unprocessableContent().body(Map.of("detail", e.getMessage()));
        }
    }
}
