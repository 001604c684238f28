/** Sockets that are bound before anybody accepts. */
@NullMarked
package org.qpsmtpd.runtime.felix.socket;

import org.jspecify.annotations.NullMarked;
