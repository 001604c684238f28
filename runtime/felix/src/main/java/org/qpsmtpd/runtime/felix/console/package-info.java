/**
 * The client of the console: it connects to the Unix-domain socket of a running server and starts
 * no framework. JLine is loaded only where somebody types.
 */
@NullMarked
package org.qpsmtpd.runtime.felix.console;

import org.jspecify.annotations.NullMarked;
