package dev.holdfast.groupcommit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;

/// A lane's connection as its batch function sees it: before a statement is made on it, what was put off is sent.
interface LaneConnection extends Connection {

    Writes writes();

    static LaneConnection of(Connection db, Flight flight) {
        return (LaneConnection) Proxy.newProxyInstance(
                LaneConnection.class.getClassLoader(),
                new Class<?>[] {LaneConnection.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "writes" -> flight;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "isWrapperFor" ->
                        arguments[0] == LaneConnection.class || (boolean) call(db, method, arguments);
                    case "unwrap" -> arguments[0] == LaneConnection.class ? proxy : call(db, method, arguments);
                    case "prepareStatement", "createStatement", "prepareCall", "setSavepoint", "releaseSavepoint" -> {
                        flight.send();
                        yield call(db, method, arguments);
                    }
                    case "rollback" -> {
                        // To a savepoint: what is put off is younger, because making that sent what was older.
                        flight.drop();
                        yield call(db, method, arguments);
                    }
                    default -> call(db, method, arguments);
                });
    }

    private static Object call(Connection db, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(db, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
