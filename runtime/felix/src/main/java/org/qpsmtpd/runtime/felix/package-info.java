/**
 * The command line of the server and the light Felix container around it.
 *
 * <p>Everything here runs before and around the bundles: options, pid file, sockets, user and
 * priority, then the framework. What reaches the core are JDK types only: framework properties
 * {@code org.qpsmtpd.*}, the bound sockets as services, and the services listed in {@link
 * org.qpsmtpd.runtime.felix.container.Container}.
 *
 * <p>Each room uses those before it: {@code report}, {@code host}, {@code options}, {@code socket},
 * {@code home}, {@code container}, {@code launch}.
 */
@NullMarked
package org.qpsmtpd.runtime.felix;

import org.jspecify.annotations.NullMarked;
