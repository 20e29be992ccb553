/** The bundler takes them into `page.css`. */
declare module '*.css';
