package org.qpsmtpd.api.hook;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * States that no hook method of the class ever waits: no file but through {@code Config}, no
 * network, no lock held long, no sleep. The server then calls it where the connection's input is
 * read and spares the change to a worker, which makes short rules several times cheaper. A class
 * without this mark runs on a worker and may wait. A hook that has something to wait for now and
 * then says so by {@link org.qpsmtpd.api.answer.HookResult#onChild}.
 *
 * <p>On a method it speaks for that hook alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface NonBlocking {}
