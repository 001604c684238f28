/** The limit: what sockets cost with Netty when nothing else is done. */
package org.qpsmtpd.bench.bare;
