package dev.holdfast.gateway;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/// Answers with a problem, whatever went wrong and wherever: in a controller, or before or after one.
@RestControllerAdvice
@RestController
class ProblemAdvice implements ErrorController {

    private static final Set<String> READING = Set.of("GET", "HEAD");

    @ExceptionHandler
    ResponseEntity<Map<String, Object>> problem(Throwable fault, HttpServletRequest request) {
        return answer(Problems.of(fault), request);
    }

    /// The caller is gone; there is nobody to tell.
    @ExceptionHandler
    void gone(AsyncRequestNotUsableException fault) {}

    /// Where the container sends what no controller has seen: a filter's fault, a malformed request.
    @RequestMapping("${server.error.path:/error}")
    ResponseEntity<Map<String, Object>> error(HttpServletRequest request) {
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable fault) {
            return answer(Problems.of(fault), request);
        }
        var status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        return answer(WebProblems.ofStatus(status instanceof Integer code ? code : 404), request);
    }

    private static ResponseEntity<Map<String, Object>> answer(Problem fault, HttpServletRequest request) {
        var problem = READING.contains(request.getMethod()) ? fault.ofReading() : fault;
        return ResponseEntity.status(problem.status())
                .headers(problem.headers())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem.body(request));
    }
}
